import { headers } from '../lib/ask.js';
import { isEmpty, sendable, textsIn, valueOf } from '../lib/fields.js';
import { autosaveOf, editForm, formText, openObject, saveSoon, unsavedOf } from '../lib/form.js';
import { generate } from '../lib/generation.js';
import { part } from '../lib/parts.js';
import { uuid } from '../lib/uuid.js';
import { showForm, subjectOf } from './requests.js';
import { valuesIn } from './values.js';

const EXCERPT = 32;

/**
 * Asking for something to be written: the whole page by a worker, or one text into the open form.
 *
 * A worker reads the saved draft, so that what was typed is saved first. What it writes arrives as ever (`wac-arrivals`).
 * One text is asked for with `wac-assist:ask`, and comes at its place in the form.
 *
 * @example
 * <form data-controller="wac-write" data-action="wac-write#run:prevent input->wac-write#change"
 *   data-wac-write-url-value="/admin/ai-editor/panel/write/" data-wac-write-subject-value="{…}" data-wac-write-places-value="{…}">
 *   <select data-wac-write-target="what"><option value="function:page_text">…</option>
 *     <optgroup data-wac-write-target="texts"></optgroup></select>
 *   <textarea data-wac-write-target="instruction"></textarea>
 *   <button type="submit" data-wac-write-target="button"><em data-wac-write-target="label">…</em></button>
 *   <div data-wac-write-target="progress" hidden><progress data-wac-write-target="bar"></progress></div>
 *   <div role="status" data-wac-write-target="status"></div>
 * </form>
 * @fires wac-write:done on the document when a request has ended, whatever came of it.
 * @fires wac-taking:again on the document when there may be news for the form.
 */
class WriteController extends window.StimulusModule.Controller {
  static targets = [
    'what', 'texts', 'help', 'prompt', 'instruction', 'unsaved', 'button', 'label', 'progress', 'bar', 'cancel', 'status',
  ];

  static values = {
    places: Object, subject: Object, url: String, running: String, saving: String, unsaved: String, busy: String,
    nothing: String, empty: String, lost: String, refused: String, stopped: String, review: String, again: String,
    untitled: String,
  };

  connect() {
    this.name = this.labelTarget.textContent;
    this.list();
    this.change();
  }

  disconnect() {
    this.stopper?.abort();
  }

  // What is chosen

  /** The texts of the form as they are now. */
  list() {
    this.fields = textsIn(this.placesValue);
    const chosen = this.whatTarget.value;
    const counted = {};
    this.textsTarget.replaceChildren(...[...this.fields.values()].map((field) => {
      const { label } = this.placesValue[field.place];
      counted[label] = (counted[label] ?? 0) + 1;
      const number = counted[label] > 1 ? ` ${counted[label]}` : '';
      return part('option', { value: `text:${field.path}`, textContent: `${label}${number} · ${this.excerpt(field)}` });
    }));
    this.textsTarget.hidden = this.fields.size === 0;
    if ([...this.whatTarget.options].some(({ value }) => value === chosen)) this.whatTarget.value = chosen;
  }

  excerpt(field) {
    const value = valueOf(field);
    const text = ('text' in value ? value.text : value.content.blocks.map((block) => block.text).join(' ')).trim();
    if (!text) return this.untitledValue;
    return text.length > EXCERPT ? `${text.slice(0, EXCERPT).trim()}…` : text;
  }

  change() {
    if (this.hasHelpTarget) this.helpTarget.textContent = this.whatTarget.selectedOptions[0]?.dataset.help ?? '';
    if (this.hasUnsavedTarget) this.unsavedTarget.hidden = Boolean(openObject());
  }

  /**
   * The request as the server takes it; null while something is missing that it needs.
   *
   * @returns {object | null}
   */
  asked() {
    const [kind, name] = cut(this.hasPromptTarget ? this.promptTarget.value : this.whatTarget.value);
    const chosen = this.hasPromptTarget ? { function: kind, prompt: name } : { function: kind === 'function' ? name : 'assist', prompt: '' };
    const request = {
      ...chosen,
      key: uuid(),
      subject: subjectOf(this.subjectValue),
      instruction: this.instructionTarget.value.trim(),
      variables: chosen.prompt ? valuesIn(this.variables) : {},
      form: formText(),
    };
    return chosen.function === 'assist' ? this.askedOfText(request) : request;
  }

  get variables() {
    return [...this.element.querySelectorAll('fieldset')].find((each) => !each.disabled) ?? document.createElement('div');
  }

  askedOfText(request) {
    this.list();
    const field = this.fields.get(cut(this.whatTarget.value)[1]);
    if (!field || !(request.instruction || request.prompt)) return null;
    const value = valueOf(field);
    const source = 'text' in value ? value.text : sendable(value.content);
    const { actions } = this.placesValue[field.place];
    const action = isEmpty(value) && actions.includes('write') ? 'write' : 'ask';
    return { ...request, path: field.path, place: field.place, action, source, selected: false, options: 1 };
  }

  // Asking

  run() {
    if (this.stopper) return;
    const request = this.asked();
    if (!request) {
      this.tell([this.fields.size ? this.emptyValue : this.nothingValue], 'error');
      this.instructionTarget.focus();
    } else if (request.function === 'assist') {
      this.askInForm(request);
    } else {
      this.askWorker(request);
    }
  }

  askInForm({ path, action, instruction, prompt, variables }) {
    this.path = path;
    showForm();
    document.dispatchEvent(new CustomEvent('wac-assist:ask', {
      detail: { path, action, instruction, prompt, variables, options: 1 },
    }));
  }

  /** What became of a text that was asked for from here. */
  assisted({ detail: { path, state, message } }) {
    if (path !== this.path) return;
    if (state === 'busy') this.tell([this.busyValue], 'busy');
    else this.tell(state === 'failed' ? [message] : [], state === 'failed' ? 'error' : '');
  }

  async askWorker(request) {
    this.stopper = new AbortController();
    this.turn(true);
    try {
      if (!await this.saved()) {
        this.tell([this.unsavedValue], 'error');
        return;
      }
      const asked = { ...request, subject: subjectOf(this.subjectValue), form: '' };
      const { signal } = this.stopper;
      const result = await generate(asked, {
        url: this.urlValue, headers: headers(), signal, tell: (event, data) => this.hear(event, data),
      });
      this.show(result);
    } catch (error) {
      this.fail(error);
    } finally {
      this.stopper = null;
      this.turn(false);
      document.dispatchEvent(new CustomEvent('wac-write:done'));
      document.dispatchEvent(new CustomEvent('wac-taking:again'));
    }
  }

  /** Whether all that was typed is saved, if need be by saving it now. */
  async saved() {
    const form = editForm();
    if (openObject() && !unsavedOf(form)?.hasEditsValue) return true;
    if (!autosaveOf(form)?.activeValue) return false;
    this.tell([this.savingValue], 'busy');
    let refused = false;
    const note = () => { refused = true; };
    document.addEventListener('w-autosave:error', note);
    await saveSoon(form);
    document.removeEventListener('w-autosave:error', note);
    this.change();
    return Boolean(openObject()) && !refused;
  }

  hear(event, { message, progress }) {
    if (event !== 'phase') return;
    this.progressTarget.hidden = false;
    this.barTarget.value = progress;
    if (message && message !== this.message) this.tell([message], 'busy');
    this.message = message;
  }

  cancel() {
    this.stopper?.abort();
  }

  show({ message, warnings, review, value }) {
    this.tell([message, ...warnings], 'done');
    if (typeof value === 'string' && value) this.statusTarget.append(part('blockquote', { className: 'wac-answer', dir: 'auto', textContent: value }));
    if (review) this.statusTarget.append(part('p', {}, part('a', { href: review, textContent: this.reviewValue })));
  }

  fail({ code, message }) {
    const lines = { stopped: this.stoppedValue, session: this.refusedValue };
    this.tell([lines[code] ?? (message || this.lostValue)], code === 'stopped' ? 'done' : 'error');
  }

  // What is shown

  turn(isBusy) {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.toggleAttribute('aria-busy', isBusy);
    if (isBusy) this.element.setAttribute('aria-busy', 'true');
    this.buttonTarget.disabled = isBusy;
    this.buttonTarget.classList.toggle('button-longrunning-active', isBusy);
    this.labelTarget.textContent = isBusy ? this.runningValue : this.name;
    this.progressTarget.hidden = !isBusy;
    this.barTarget.removeAttribute('value');
    if (hadFocus) (isBusy ? this.cancelTarget : this.buttonTarget).focus();
  }

  tell(lines, state) {
    this.statusTarget.dataset.state = state;
    this.statusTarget.replaceChildren(...lines.filter(Boolean).map((line) => part('p', { textContent: line })));
  }
}

/** `text:body.1.text` as what stands in front of the first colon and what behind it. */
function cut(value) {
  const at = value.indexOf(':');
  return [value.slice(0, at), value.slice(at + 1)];
}

window.wagtail.app.register('wac-write', WriteController);
