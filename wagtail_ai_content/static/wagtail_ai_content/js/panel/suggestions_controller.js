import { headers } from '../lib/ask.js';
import { textsIn } from '../lib/fields.js';
import { formText, openObject, reveal } from '../lib/form.js';
import { generate, uuid } from '../lib/generation.js';
import { AskingController } from './asking_controller.js';
import { piece, post, showForm, subjectOf } from './requests.js';

const FOCUSABLE = 'input:not([type="hidden"]), textarea, select, [contenteditable="true"]';
const STORE = 'wac-dismissed:';
const POINTED = 2500;

/**
 * What could be better in the texts of the open form, each with its place: to be shown, applied there, or dismissed.
 *
 * What is dismissed about an object that is still being created is kept by the browser until the object is there.
 *
 * @example
 * <div data-controller="wac-suggestions" data-wac-suggestions-url-value="/admin/ai-editor/generate/"
 *   data-wac-suggestions-list-value="/admin/ai-editor/panel/suggestions/">
 *   <button type="button" data-wac-suggestions-target="button" data-action="wac-suggestions#run">Look for suggestions</button>
 *   <div data-wac-suggestions-target="list"><ul><li data-key="…" data-path="title" data-wac-suggestions-target="item">…</li></ul></div>
 * </div>
 */
class SuggestionsController extends AskingController {
  static targets = ['list', 'item'];

  static values = {
    list: String, dismiss: String, gone: String, dismissed: String, applied: String, failed: String,
  };

  connect() {
    super.connect();
    this.saved();
  }

  // Asking

  run() {
    if (!this.stopper) this.busyWith((signal) => this.look(signal));
  }

  async look(signal) {
    const tell = (event, data) => this.hear(event, data);
    const { job } = await generate(this.asked(), { url: this.urlValue, headers: headers(), signal, tell });
    this.show(await piece(this.listValue, { job }));
    this.tell([]);
  }

  asked() {
    return {
      key: uuid(), subject: subjectOf(this.subjectValue), path: '', place: '', function: 'suggestions', form: formText(),
    };
  }

  hear(event, { message, progress }) {
    if (event !== 'phase') return;
    this.barTarget.value = progress;
    if (message) this.tell([message]);
  }

  show(fragment) {
    const fresh = fragment.querySelector('[data-wac-suggestions-target="list"]');
    this.listTarget.replaceChildren(...fresh.childNodes);
    const known = new Set(this.kept());
    this.itemTargets.filter(({ dataset }) => known.has(dataset.key)).forEach((item) => this.remove(item));
    this.name = fragment.querySelector('[data-wac-suggestions-target="label"]').textContent;
  }

  // One suggestion

  /** Go to the text that it is about. */
  async goTo({ currentTarget }) {
    const { path } = itemOf(currentTarget).dataset;
    const field = textsIn(this.placesValue).get(path);
    if (!field) {
      this.tell([this.goneValue], 'error');
      return;
    }
    showForm();
    await reveal(field.element);
    field.element.classList.add('wac-pointed');
    setTimeout(() => field.element.classList.remove('wac-pointed'), POINTED);
    field.element.scrollIntoView({ block: 'center' });
    field.element.querySelector(FOCUSABLE)?.focus({ preventScroll: true });
  }

  /** What it would change is shown in the form, to be taken or left there. */
  apply({ currentTarget }) {
    const { path, proposal, job } = itemOf(currentTarget).dataset;
    this.path = path;
    showForm();
    document.dispatchEvent(new CustomEvent('wac-assist:propose', { detail: { path, ...JSON.parse(proposal), job } }));
  }

  assisted({ detail: { path, state, message } }) {
    if (path !== this.path) return;
    if (state === 'failed') this.tell([message], 'error');
    if (state === 'applied') {
      this.tell([this.appliedValue]);
      this.itemTargets.filter((item) => item.dataset.path === path && item.dataset.proposal).forEach((item) => this.remove(item));
    }
  }

  async dismiss({ currentTarget }) {
    const item = itemOf(currentTarget);
    const { key } = item.dataset;
    if (openObject()) {
      try {
        await post(this.dismissValue, new URLSearchParams({ key }));
      } catch {
        this.tell([this.failedValue], 'error');
        return;
      }
    } else {
      this.keep([...this.kept(), key]);
    }
    const next = item.nextElementSibling ?? item.previousElementSibling;
    this.remove(item);
    (next?.querySelector('button:last-of-type') ?? this.buttonTarget).focus();
    this.tell([this.dismissedValue]);
  }

  remove(item) {
    const group = item.closest('.wac-suggestion-group');
    item.remove();
    const left = group.querySelectorAll('li').length;
    group.querySelector('.wac-count').textContent = left;
    if (!left) group.remove();
  }

  // Of an object that has no id yet

  get store() {
    return `${STORE}${JSON.stringify(this.subjectValue)}`;
  }

  kept() {
    return JSON.parse(sessionStorage.getItem(this.store) ?? '[]');
  }

  keep(keys) {
    sessionStorage.setItem(this.store, JSON.stringify(keys));
  }

  /** Now it has one: what was dismissed is remembered there. */
  async saved() {
    const keys = this.subjectValue.object ? [] : this.kept();
    if (!keys.length || !openObject()) return;
    try {
      await post(this.dismissValue, new URLSearchParams(keys.map((key) => ['key', key])));
      sessionStorage.removeItem(this.store);
    } catch {
      // they stay where they are, until the next save
    }
  }
}

function itemOf(button) {
  return button.closest('li');
}

window.wagtail.app.register('wac-suggestions', SuggestionsController);
