import { age, ask, filled } from '../lib/ask.js';
import {
  autosaveOf, editForm, elementAt, fingerprint, hidden, isSame, openObject, rebase, reveal, saveSoon, sendable, settled, unsavedOf,
} from '../lib/form.js';
import { part } from '../lib/parts.js';
import { applied } from '../lib/steps.js';
import { merged, without } from '../lib/taken.js';

const TRIES = 4;
const FIELD = 'wagtail_ai_taken';
const BUTTONS = ['take', 'open', 'undo', 'redo', 'compare', 'later', 'close'];
const SHOWN = {
  idle: [],
  arrived: ['take', 'compare', 'later'],
  later: ['open'],
  busy: [],
  taken: ['undo', 'compare', 'close'],
  out: ['redo', 'compare', 'close'],
};

/**
 * The notice in the edit form: what AI wrote while the page was open, taken into the form when the person says so.
 *
 * The server merges the form as it is with what the AI changed; the steps that come back are put into the form, and what
 * both changed is shown in its place. Nothing is saved here: autosave, which goes on afterwards, or the person's own save.
 *
 * @example
 * <section data-controller="wac-taking" data-action="wac-arrivals:arrived@document->wac-taking#show"
 *   data-wac-taking-url-value="/admin/ai-editor/APP/MODEL/OBJECT/take/">
 *   <div role="status" data-wac-taking-target="status"></div>
 *   <button type="button" data-wac-taking-target="take" data-action="wac-taking#take" hidden>Take them in</button>
 * </section>
 */
class TakingController extends window.StimulusModule.Controller {
  static targets = ['status', 'places', ...BUTTONS];

  static values = {
    url: String, typing: String, failed: String, partly: String, out: String, back: String, waits: String,
  };

  initialize() {
    this.waiting = [];
    this.done = [];
    this.taken = {};
    this.sentTaken = '{}';
    this.last = { steps: [], taken: {} };
    this.held = false;
  }

  // What has arrived

  show({ detail: { versions, conflict, saved } }) {
    this.conflictTemplate = conflict;
    this.saved ??= saved;
    this.waiting.push(...versions);
    if (this.element.dataset.state !== 'busy') this.tellWaiting();
  }

  tellWaiting() {
    const lines = this.waiting.flatMap(({ message, detail }) => [message, detail]);
    this.turn('arrived', lines, this.waiting.at(-1).url);
  }

  later() {
    this.turn('later', [this.waitsValue]);
    this.openTarget.focus();
  }

  open() {
    this.tellWaiting();
    this.takeTarget.focus();
  }

  close() {
    this.turn('idle', []);
    this.placesTarget.hidden = true;
  }

  // Taking in

  async take() {
    const form = editForm();
    const versions = [...this.waiting];
    this.element.setAttribute('aria-busy', 'true');
    this.element.dataset.state = 'busy';
    this.held = true;
    try {
      const answer = await this.merge(form, versions);
      if (!answer) {
        this.turn('arrived', [this.typingValue], versions.at(-1).url);
        return;
      }
      this.waiting = this.waiting.filter((version) => !versions.includes(version));
      this.done.push(...versions.map((version) => version.id));
      this.putIn(answer, versions.at(-1).url);
      if (answer.rebase) {
        rebase(form, answer.rebase);
        this.saved = answer.rebase.created_at;
      }
    } catch {
      this.turn('arrived', [this.failedValue], versions.at(-1).url);
    } finally {
      this.element.removeAttribute('aria-busy');
      await this.release(form);
    }
    if (this.waiting.length) this.tellWaiting();
  }

  /** The answer to the form as it is; null when the person went on typing all the while. */
  async merge(form, versions) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      await autosaveOf(form)?.submitPromise;
      await settled();
      const before = fingerprint(form);
      const query = {
        versions: versions.map((version) => version.id), taken: this.done, saved: this.saved, age: age(),
      };
      const answer = await ask(filled(this.urlValue, openObject()), query, sendable(form));
      if (isSame(before, fingerprint(form))) return answer;
    }
    return null;
  }

  putIn(answer, url) {
    const { inverse, failed } = applied(answer.steps);
    const taken = failed.length ? {} : answer.taken;
    this.last = { steps: inverse, taken };
    this.taken = merged(this.taken, taken);
    const boxes = answer.conflicts.map((conflict) => this.place(conflict));
    const lines = failed.length ? [this.partlyValue, ...answer.message.slice(1)] : answer.message;
    this.turn('taken', lines, url);
    this.undoTarget.hidden = inverse.length === 0;
    this.list(boxes);
    this.focusButton();
  }

  /** Show both texts where they belong: in front of a block, which may come and go, and inside of anything else. */
  place(conflict) {
    const box = this.conflictTemplate.content.cloneNode(true).firstElementChild;
    box.wagtailAIConflict = conflict;
    const element = elementAt(conflict.path);
    if (element.matches('[data-streamfield-child]')) {
      element.before(box);
    } else {
      element.prepend(box);
    }
    reveal(box);
    return { box, label: conflict.label };
  }

  list(boxes) {
    const items = boxes.map(({ box, label }) => {
      const button = part('button', { type: 'button' }, label);
      button.addEventListener('click', async () => {
        await reveal(box);
        box.focus({ preventScroll: true });
        box.scrollIntoView({ block: 'center' });
      });
      return part('li', {}, button);
    });
    this.placesTarget.append(...items);
    this.placesTarget.hidden = this.placesTarget.childElementCount === 0;
  }

  undo() {
    this.goBack('out', this.outValue, without);
    this.redoTarget.focus();
  }

  redo() {
    this.goBack('taken', this.backValue, merged);
    this.undoTarget.focus();
  }

  goBack(state, line, change) {
    this.last.steps = applied(this.last.steps).inverse;
    this.taken = change(this.taken, this.last.taken);
    saveSoon(editForm());
    this.turn(state, [line], this.compareTarget.getAttribute('href'));
  }

  /** A person has chosen at a place. */
  note({ detail: { side, taken } }) {
    this.taken = side === 'ai' ? merged(this.taken, taken) : without(this.taken, taken);
  }

  // Saving

  /** While a form is taken apart nothing is saved; each save tells which AI changes it brings. */
  send(event) {
    if (this.held) {
      event.preventDefault();
    } else if (this.unsent) {
      this.sending = JSON.stringify(this.taken);
      event.detail.formData.set(FIELD, this.sending);
    }
  }

  sent({ detail: { response } }) {
    this.saved = response.revision_created_at ?? this.saved;
    this.sentTaken = this.sending ?? this.sentTaken;
    this.sending = undefined;
  }

  submit(event) {
    if (event.target !== editForm() || !this.unsent) return;
    hidden(event.target, FIELD).value = JSON.stringify(this.taken);
  }

  get unsent() {
    return JSON.stringify(this.taken) !== this.sentTaken;
  }

  /** Autosave goes on, with what was put in and whatever was typed while it was held. */
  async release(form) {
    await settled();
    this.held = false;
    if (this.last.steps.length || unsavedOf(form)?.hasEditsValue) await saveSoon(form);
  }

  // What is shown

  turn(state, lines, url) {
    this.element.dataset.state = state;
    this.statusTarget.replaceChildren(...lines.filter(Boolean).map((line) => part('p', {}, line)));
    BUTTONS.forEach((name) => { this[`${name}Target`].hidden = !SHOWN[state].includes(name); });
    if (url) this.compareTarget.href = url;
    this.element.style.setProperty('--wac-header', `${headerHeight()}px`);
  }

  /** The button that had the focus is gone: the next takes it, so that the keyboard stays where it was. */
  focusButton() {
    if (document.activeElement && document.activeElement !== document.body) return;
    BUTTONS.map((name) => this[`${name}Target`]).find((button) => !button.hidden)?.focus();
  }
}

/** Wagtail's header stays on top of the page, and takes two lines on small screens. */
function headerHeight() {
  return document.querySelector('.w-slim-header')?.offsetHeight ?? 0;
}

window.wagtail.app.register('wac-taking', TakingController);
