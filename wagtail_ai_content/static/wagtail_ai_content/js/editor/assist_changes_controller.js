import { hasShortcuts } from '../lib/ask.js';
import { fill, moved, tally } from '../lib/decisions.js';
import { isChange, textOf } from '../lib/hunks.js';
import { commandOf } from '../lib/keys.js';
import { part } from '../lib/parts.js';
import { formatsOf, rendered } from '../lib/rendering.js';

const COMMANDS = ['next', 'previous', 'accept', 'reject', 'edit'];

/**
 * The changes to a text, shown in the text, and a person's decision about each of them.
 *
 * @example
 * <div data-controller="wac-assist-changes">
 *   <div data-wac-assist-changes-target="text" data-action="click->wac-assist-changes#point"></div>
 *   <div role="group" data-wac-assist-changes-target="bar"><span data-wac-assist-changes-target="place"></span>
 *     <button type="button" data-wac-assist-changes-target="accept" data-action="wac-assist-changes#accept">Accept</button></div>
 * </div>
 * @fires wac-assist-changes:decided after each decision.
 */
class AssistChangesController extends window.StimulusModule.Controller {
  static targets = ['text', 'bar', 'place', 'accept', 'reject', 'edit', 'editing', 'words', 'tally'];

  static values = {
    place: String, tally: String, format: String, becomes: String, added: String, removed: String,
  };

  initialize() {
    this.clear();
  }

  /** A text alone, without anything to decide. */
  clear(...shown) {
    this.changes = [];
    this.choices = new Map();
    this.textTarget.replaceChildren(...shown);
    [this.barTarget, this.editingTarget, this.tallyTarget].forEach((target) => { target.hidden = true; });
  }

  /**
   * @param {import('../lib/hunks.js').Segment[]} segments
   * @param {Record<string, string>} names Of formats.
   */
  show(segments, names) {
    this.clear(...rendered(segments, { names }));
    this.names = names;
    this.changes = segments.filter(isChange);
    this.current = 0;
    this.barTarget.hidden = !this.changes.length;
    this.mark();
  }

  // Which change it is about

  point({ target }) {
    const pointed = target.closest('[data-change]');
    const at = this.changes.findIndex(({ id }) => id === Number(pointed?.dataset.change));
    if (at === -1) return;
    this.current = at;
    this.mark();
  }

  next() {
    this.step(1);
  }

  previous() {
    this.step(-1);
  }

  step(by) {
    this.current = moved(this.current, by, this.changes.length);
    this.mark();
  }

  mark() {
    const change = this.changes[this.current];
    if (!change) return;
    const pieces = [...this.textTarget.querySelectorAll('[data-change]')];
    pieces.forEach((piece) => piece.toggleAttribute('data-current', Number(piece.dataset.change) === change.id));
    scrollWithin(this.textTarget, pieces.find((piece) => piece.hasAttribute('data-current')));
    this.placeTarget.replaceChildren(
      fill(this.placeValue, { number: this.current + 1, count: this.changes.length }),
      part('span', { className: 'w-sr-only' }, `: ${this.described(change)}`),
    );
    const choice = this.choices.get(change.id);
    this.acceptTarget.setAttribute('aria-pressed', String(choice?.take === true));
    this.rejectTarget.setAttribute('aria-pressed', String(choice?.take === false));
    this.editTarget.hidden = !isOfWords(change, this.names);
    this.editingTarget.hidden = true;
  }

  described(change) {
    const formats = formatsOf(change, this.names);
    if (formats.length) return fill(this.formatValue, { names: formats.join(', ') });
    const [old, now] = [textOf(change.old).trim(), textOf(change.now).trim()];
    if (!old) return fill(this.addedValue, { new: now });
    return fill(now ? this.becomesValue : this.removedValue, { old, new: now });
  }

  // Deciding

  accept() {
    this.decide({ take: true });
  }

  reject() {
    this.decide({ take: false });
  }

  /** Decide about the current change, and go to the next that is open. */
  decide(choice) {
    const { id } = this.changes[this.current];
    this.choices.set(id, choice);
    if (choice.words !== undefined) this.rewrite(id, choice.words);
    this.piecesOf(id).forEach((piece) => { piece.dataset.choice = choice.take ? 'accept' : 'reject'; });
    const open = ({ id: other }) => !this.choices.has(other);
    const following = this.changes.findIndex((change, index) => index > this.current && open(change));
    const next = following === -1 ? this.changes.findIndex(open) : following;
    if (next !== -1) this.current = next;
    this.tallyTarget.textContent = fill(this.tallyValue, tally(this.changes.map((change) => wordOf(this.choices.get(change.id)))));
    this.tallyTarget.hidden = false;
    this.mark();
    this.dispatch('decided');
  }

  /** Show a person's words for a change. */
  rewrite(id, words) {
    const [first, ...others] = this.piecesOf(id).filter((piece) => piece.matches('ins'));
    others.forEach((piece) => piece.remove());
    if (first) first.textContent = words;
    else this.piecesOf(id).at(-1).after(part('ins', { className: 'wac-change', dataset: { change: id } }, words));
  }

  piecesOf(id) {
    return [...this.textTarget.querySelectorAll(`[data-change="${id}"]`)];
  }

  edit() {
    const change = this.changes[this.current];
    this.wordsTarget.value = this.choices.get(change.id)?.words ?? textOf(change.now);
    this.editingTarget.hidden = false;
    this.wordsTarget.focus();
  }

  keepWords() {
    this.decide({ take: true, words: this.wordsTarget.value });
    this.acceptTarget.focus();
  }

  leaveWords() {
    this.editingTarget.hidden = true;
    this.editTarget.focus();
  }

  /** Keys anywhere in the card, which passes them on. */
  key(event) {
    const command = this.commandAt(event);
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  }

  commandAt(event) {
    const command = commandOf(event, { enabled: hasShortcuts() });
    if (event.target === this.wordsTarget) {
      if (event.key === 'Escape') return () => this.leaveWords();
      return command === 'apply' ? () => this.keepWords() : null;
    }
    if (!this.changes.length || !COMMANDS.includes(command) || (command === 'edit' && this.editTarget.hidden)) return null;
    return () => this[command]();
  }
}

/** Whether a person can write other words for it: a picture that it brings would not be among them. */
function isOfWords(change, names) {
  return change.kind !== 'mark' && !formatsOf(change, names).length && change.now.every(({ kind }) => kind !== 'atomic');
}

function wordOf(choice) {
  if (!choice) return '';
  return choice.take ? 'accept' : 'reject';
}

/** Scroll a box to one of its parts, and nothing else on the page. */
function scrollWithin(box, inner) {
  if (!inner) return;
  const above = inner.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (above < 0 || above > box.clientHeight - 30) box.scrollTop += above - box.clientHeight / 3;
}

window.wagtail.app.register('wac-assist-changes', AssistChangesController);
