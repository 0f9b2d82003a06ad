import { hasShortcuts, headers } from '../lib/ask.js';
import { requestFor, written } from '../lib/asking.js';
import { fill } from '../lib/decisions.js';
import { isEmpty, isSameValue, putIn, valueOf } from '../lib/fields.js';
import { formText } from '../lib/form.js';
import { Failure, generate } from '../lib/generation.js';
import { isChange, isNewText } from '../lib/hunks.js';
import { commandOf } from '../lib/keys.js';
import { part } from '../lib/parts.js';
import { askedAbout, everything, proposed, taken } from '../lib/proposal.js';
import { rendered } from '../lib/rendering.js';
import { ofContent, ofText } from '../lib/tokens.js';

const SHOWN = {
  busy: ['stop'],
  changes: ['all', 'none', 'again', 'differ'],
  decided: ['finish', 'rest', 'none', 'again', 'differ'],
  whole: ['use', 'again', 'differ', 'close'],
  unchanged: ['again', 'differ', 'close'],
  lost: ['again', 'close'],
  failed: ['again', 'close'],
  final: ['close'],
};
const BUTTONS = ['stop', 'all', 'use', 'finish', 'rest', 'none', 'again', 'differ', 'close'];

/**
 * What AI writes for one text, in the place of that text: while it arrives, and then what it would change.
 *
 * Nothing is in the form before the person accepts, and then it is one change. The element's `wagtailAIAssist` says what is
 * asked and of which field; a result that is there already is shown at once.
 *
 * @example
 * <section data-controller="wac-assist-card" tabindex="-1" data-action="keydown->wac-assist-card#key">
 *   <p role="status" data-wac-assist-card-target="status"></p>
 *   <div data-wac-assist-card-target="text"></div>
 *   <button type="button" data-wac-assist-card-target="stop" data-action="wac-assist-card#stop">Stop</button>
 * </section>
 * @fires wac-assist:state on the document, with `path`, `state`, `message`, and `ended` when the card is gone.
 */
class AssistCardController extends window.StimulusModule.Controller {
  static targets = [
    'title', 'status', 'progress', 'options', 'changes', 'before', 'old', 'count', 'notes', 'refining', 'wish', 'meta', ...BUTTONS,
  ];

  static values = {
    writing: String, waiting: String, ready: String, one: String, whole: String, unchanged: String, stopped: String,
    changed: String, lost: String, gone: String, applied: String, letters: String, best: String, option: String, cost: String,
    free: String, session: String, unreachable: String, cut: String, server: String, empty: String,
  };

  /** Comes again when its block is moved: what goes on then goes on. */
  connect() {
    if (this.given) return;
    this.given = this.element.wagtailAIAssist;
    const { field, place, asked, opened, result } = this.given;
    const action = opened.actions.find(({ name }) => name === asked.action);
    this.titleTarget.textContent = asked.prompt || action?.label || place.label;
    this.element.setAttribute('aria-label', `${this.titleTarget.textContent}: ${place.label}`);
    this.element.addEventListener('wac-assist-card:gone', () => this.stopper?.abort('gone'));
    this.element.addEventListener('wac-assist-card:leave', () => this.stopper?.abort('leave'));
    field.element.classList.add('wac-field--asked');
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
    // What is inside of the card is connected after it.
    queueMicrotask(() => (result ? this.show(result, valueOf(field)) : this.run()));
  }

  // Asking

  async run(more = {}) {
    const field = this.given.find();
    if (!field) {
      this.fail(this.goneValue, 'final');
      return;
    }
    const value = valueOf(field);
    const about = askedAbout(value, this.given.asked.selection);
    if (!about) {
      this.fail(this.lostValue, 'final');
      return;
    }
    this.last = more;
    this.stopper = new AbortController();
    this.begin();
    try {
      const result = await generate(requestFor(this.given, about, more, formText), {
        url: this.given.url, headers: headers(), signal: this.stopper.signal, tell: (event, data) => this.hear(event, data),
      });
      if (result.options?.length) this.show(result, value);
      else this.fail(this.emptyValue, 'failed');
    } catch (error) {
      this.end(error);
    }
  }

  /** The controller of the text and its changes. */
  get changes() {
    return window.wagtail.app.getControllerForElementAndIdentifier(this.changesTarget, 'wac-assist-changes');
  }

  begin() {
    this.turn('busy', this.waitingValue);
    this.arriving = document.createTextNode('');
    this.changes.clear(this.arriving);
    this.changesTarget.hidden = false;
    this.progressTarget.removeAttribute('value');
    [this.optionsTarget, this.beforeTarget, this.countTarget, this.notesTarget, this.metaTarget, this.refiningTarget]
      .forEach((target) => { target.hidden = true; });
    this.tell('busy');
  }

  hear(event, data) {
    if (event === 'text') {
      this.arriving.appendData(data.text);
      this.arriving.parentElement.scrollTop = this.arriving.parentElement.scrollHeight;
      if (this.statusTarget.textContent !== this.writingValue) this.statusTarget.textContent = this.writingValue;
    } else if (event === 'phase') {
      if (data.phase === 'AI_CALL') this.arriving.data = '';
      if (data.message) this.statusTarget.textContent = data.message;
    }
    if (data.progress) this.progressTarget.value = data.progress / 100;
  }

  stop() {
    this.stopper.abort('stopped');
  }

  /** Why there is no result: what to do next is said, and nothing else has happened. */
  end(error) {
    const { reason } = this.stopper.signal;
    if (reason === 'leave') return;
    if (reason === 'gone') this.fail(this.goneValue, 'final');
    else if (reason === 'stopped') this.turn('failed', this.stoppedValue, 'stopped');
    else if (!(error instanceof Failure)) throw error;
    else this.fail(error.message || (this[`${error.code}Value`] ?? this.serverValue), error.again ? 'failed' : 'final');
  }

  fail(message, state) {
    this.element.dataset.failed = 'true';
    this.turn(state, message, 'failed');
  }

  again() {
    this.run({ ...this.last, again: Boolean(this.result) });
  }

  differ() {
    this.refiningTarget.hidden = !this.refiningTarget.hidden;
    this.differTarget.setAttribute('aria-expanded', String(!this.refiningTarget.hidden));
    if (!this.refiningTarget.hidden) this.wishTarget.focus();
  }

  refine() {
    const instruction = this.wishTarget.value.trim();
    if (!instruction) return;
    this.wishTarget.value = '';
    this.run({ instruction, earlier: written(this.result.options[this.option]) });
  }

  // The result

  show(result, value) {
    this.result = result;
    this.listOptions();
    this.pick(0, value);
    this.tell('shown');
  }

  /** Show one of the versions, compared with `value`, what stands in the field. */
  pick(option, value = this.value) {
    const { asked } = this.given;
    this.option = option;
    this.value = value;
    const wanted = this.result.options[option];
    this.segments = proposed(value, wanted, { selection: asked.selection ?? null, adds: asked.action === 'continue' && !this.last?.earlier });
    this.markOption();
    this.listNotes();
    if (this.segments) {
      this.draw();
    } else {
      this.changes.clear(...paragraphs(wanted));
      this.turn('lost', this.lostValue);
    }
  }

  draw() {
    const number = this.segments.filter(isChange).length;
    const isNew = isNewText(this.segments);
    const isWhole = number > 0 && (isNew || this.listsTexts);
    if (isWhole) this.changes.clear(...rendered(this.segments, { names: this.names, onlyNew: true }));
    else this.changes.show(this.segments, this.names);
    this.changesTarget.hidden = this.listsTexts;
    this.beforeTarget.hidden = !isNew || this.listsTexts || isEmpty(this.value);
    this.oldTarget.replaceChildren(...paragraphs(this.value));
    this.count();
    if (!number) this.turn('unchanged', this.unchangedValue);
    else if (isWhole) this.turn('whole', this.wholeValue);
    else this.turn('changes', number === 1 ? this.oneValue : fill(this.readyValue, { count: number }));
  }

  /** Names of formats, as the field's own toolbar has them. */
  get names() {
    const { blockTypes = [], inlineStyles = [], entityTypes = [] } = this.given.field.widget.options ?? {};
    return Object.fromEntries([...blockTypes, ...inlineStyles, ...entityTypes].map(({ type, description, label }) => [type, description || label || type]));
  }

  /** Short texts are chosen from a list that shows them, not compared. */
  get listsTexts() {
    const { place } = this.given;
    return place.kind === 'plain' && !place.multiline && this.result.options.length > 1;
  }

  listOptions() {
    const { options } = this.result;
    this.optionsTarget.hidden = options.length < 2;
    this.optionsTarget.classList.toggle('wac-card-options--texts', this.listsTexts);
    this.optionsTarget.replaceChildren(...options.map((option, number) => {
      const label = this.listsTexts ? option.text : fill(this.optionValue, { number: number + 1 });
      const radio = part('button', { type: 'button', dir: 'auto' }, label);
      radio.setAttribute('role', 'radio');
      radio.addEventListener('click', () => this.pick(number));
      return radio;
    }));
  }

  markOption() {
    [...this.optionsTarget.children].forEach((radio, number) => {
      radio.setAttribute('aria-checked', String(number === this.option));
      radio.tabIndex = number === this.option ? 0 : -1;
    });
  }

  listNotes() {
    const { warnings = [], model, cost } = this.result;
    const facts = this.result.options[this.option].facts ?? this.result.facts ?? [];
    this.notesTarget.replaceChildren(...[...facts, ...warnings].map((note) => part('li', {}, part('span', { dir: 'auto' }, note))));
    this.notesTarget.hidden = this.notesTarget.childElementCount === 0;
    this.metaTarget.textContent = model ? `${model} · ${cost === null ? this.freeValue : fill(this.costValue, { cost: dollars(cost) })}` : '';
    this.metaTarget.hidden = !model;
  }

  /** A decision was made: how long the text would be, and how it can be ended. */
  decided() {
    this.count();
    if (this.element.dataset.state !== 'decided') this.turn('decided', '');
  }

  count() {
    const { max_length: most, wants, kind } = this.given.place;
    const limit = wants ?? most;
    this.countTarget.hidden = kind !== 'plain' || !limit;
    if (this.countTarget.hidden) return;
    const { length } = taken(this.value, this.segments, this.most).text;
    this.countTarget.textContent = fill(wants ? this.bestValue : this.lettersValue, { count: length, most: limit });
    this.countTarget.classList.toggle('wac-card-count--over', length > limit);
  }

  /** What is decided, and the rest accepted. */
  get most() {
    return new Map([...everything(this.segments), ...this.changes.choices]);
  }

  // Taking it in

  acceptAll() {
    this.apply(everything(this.segments));
  }

  acceptRest() {
    this.apply(this.most);
  }

  finish() {
    this.apply(this.changes.choices);
  }

  apply(choices) {
    const field = this.given.find();
    if (!field) {
      this.fail(this.goneValue, 'final');
      return;
    }
    const now = valueOf(field);
    if (!isSameValue(now, this.value)) {
      this.pick(this.option, now);
      if (this.segments) this.statusTarget.textContent = this.changedValue;
      return;
    }
    if (![...choices.values()].some(({ take }) => take)) {
      this.discard();
      return;
    }
    const value = taken(now, this.segments, choices, window.DraftJS?.genKey);
    this.leave();
    putIn(field, value);
    this.tell('applied', { message: this.appliedValue, job: this.result.job, ended: true });
    field.widget.input.draftailEditor?.focus();
  }

  discard() {
    this.leave();
    this.tell('discarded', { ended: true });
    this.given.button.focus();
  }

  leave() {
    this.given.field.element.classList.remove('wac-field--asked');
    this.element.remove();
  }

  // What is shown

  turn(state, message, event) {
    const focused = this.element.contains(document.activeElement);
    this.element.dataset.state = state;
    if (state !== 'failed' && state !== 'final') delete this.element.dataset.failed;
    this.element.setAttribute('aria-busy', String(state === 'busy'));
    this.statusTarget.textContent = message;
    this.progressTarget.hidden = state !== 'busy';
    BUTTONS.forEach((name) => { this[`${name}Target`].hidden = !SHOWN[state].includes(name); });
    const { activeElement: now } = document;
    if (focused && (now.hidden || !this.element.contains(now))) this.element.focus({ preventScroll: true });
    if (event) this.tell(event, { message });
  }

  tell(state, more = {}) {
    this.dispatch('state', { prefix: 'wac-assist', target: document, detail: { path: this.given.field.path, state, message: '', ...more } });
  }

  // The keyboard

  key(event) {
    const { state } = this.element.dataset;
    const radios = [...this.optionsTarget.children];
    const at = radios.indexOf(event.target);
    const turnTo = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at !== -1 && turnTo) {
      event.preventDefault();
      const other = (at + turnTo + radios.length) % radios.length;
      this.pick(other);
      radios[other].focus();
      return;
    }
    const command = this.commandAt(event, state);
    if (!command) {
      this.changes.key(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    command();
  }

  commandAt(event, state) {
    const command = commandOf(event, { enabled: hasShortcuts() });
    if (event.target === this.wishTarget) {
      if (event.key === 'Escape') return () => this.differ();
      return command === 'apply' ? () => this.refine() : null;
    }
    if (command !== 'apply' || event.target.matches('textarea')) return null;
    return { changes: () => this.acceptAll(), whole: () => this.acceptAll(), decided: () => this.finish() }[state];
  }
}

/** A text as paragraphs, to be read only. */
function paragraphs(value) {
  const tokens = 'text' in value ? ofText(value.text) : ofContent(value.content);
  return rendered([{ kind: 'same', old: tokens, now: tokens }], { names: {} });
}

function dollars(cost) {
  const locale = document.documentElement.lang || 'en';
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 }).format(Number(cost));
}

window.wagtail.app.register('wac-assist-card', AssistCardController);
