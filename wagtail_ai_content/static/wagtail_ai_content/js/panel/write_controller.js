import { headers } from '../lib/ask.js';
import { written } from '../lib/asking.js';
import { isEmpty, textsIn, valueOf } from '../lib/fields.js';
import { autosaveOf, editForm, formText, openObject, saveSoon, unsavedOf } from '../lib/form.js';
import { generate, uuid } from '../lib/generation.js';
import { part } from '../lib/parts.js';
import { AskingController } from './asking_controller.js';
import { showForm, subjectOf } from './requests.js';

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
 * @fires wac-taking:again on the document when there may be news for the form.
 */
class WriteController extends AskingController {
  static targets = ['what', 'texts', 'help', 'prompt', 'instruction', 'unsaved'];

  static values = {
    saving: String, unsaved: String, busy: String, nothing: String, empty: String, review: String, untitled: String,
  };

  connect() {
    super.connect();
    this.list();
    this.change();
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
    const { actions } = this.placesValue[field.place];
    const action = isEmpty(value) && actions.includes('write') ? 'write' : 'ask';
    return { ...request, path: field.path, place: field.place, action, source: written(value), selected: false, options: 1 };
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
      this.busyWith((signal) => this.askWorker(request, signal));
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
    else if (state === 'failed') this.tell([message], 'error');
    else this.tell([]);
  }

  async askWorker(request, signal) {
    if (!await this.saved()) {
      this.tell([this.unsavedValue], 'error');
      return;
    }
    const asked = { ...request, subject: subjectOf(this.subjectValue), form: '' };
    const tell = (event, data) => this.hear(event, data);
    this.show(await generate(asked, { url: this.urlValue, headers: headers(), signal, tell }));
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

  show({ message, warnings, review, value }) {
    this.tell([message, ...warnings], 'done');
    if (typeof value === 'string' && value) this.statusTarget.append(part('blockquote', { className: 'wac-answer', dir: 'auto', textContent: value }));
    if (review) this.statusTarget.append(part('p', {}, part('a', { href: review, textContent: this.reviewValue })));
  }

  turn(isBusy) {
    super.turn(isBusy);
    this.element.setAttribute('aria-busy', String(isBusy));
    if (!isBusy) document.dispatchEvent(new CustomEvent('wac-taking:again'));
  }
}

/** `text:body.1.text` as what stands in front of the first colon and what behind it. */
function cut(value) {
  const at = value.indexOf(':');
  return [value.slice(0, at), value.slice(at + 1)];
}

/**
 * What people filled in for the variables of a prompt, as values of their types.
 *
 * @param {HTMLElement} within With `[data-type]` around each input.
 * @returns {Record<string, unknown>} By name; what was left empty is left out.
 */
function valuesIn(within) {
  const given = {};
  within.querySelectorAll('[data-type]').forEach((field) => {
    const input = field.querySelector('[name]');
    const value = typed(field.dataset.type, input.type === 'checkbox' ? input.checked : input.value);
    if (value !== undefined) given[input.name] = value;
  });
  return given;
}

/**
 * @param {string} type Of the variable.
 * @param {string | boolean} given What is in the input.
 * @returns {unknown} `undefined` for nothing. What cannot be read is sent as it is, for the server to say what is wrong.
 */
function typed(type, given) {
  if (type === 'boolean') return Boolean(given);
  const text = String(given).trim();
  if (!text) return undefined;
  if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'list') return text.split('\n').map((line) => line.trim()).filter(Boolean);
  return type === 'object' ? parsed(text) : text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

window.wagtail.app.register('wac-write', WriteController);
