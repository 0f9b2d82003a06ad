import { fill } from '../lib/decisions.js';
import { pathOf } from '../lib/form.js';
import { icon, part } from '../lib/parts.js';
import { assistant } from './stream.js';

/**
 * The button of an AI text block: asks for its text to be written from its brief, and tells what becomes of that. What
 * arrives is shown and taken at the text itself, as for any other text.
 *
 * @example
 * <div data-controller="wac-text-block" data-action="wac-assist:state@document->wac-text-block#hear"
 *   data-wac-text-block-generate-value="Generate" data-wac-text-block-regenerate-value="Regenerate">
 *   <div data-contentpath="brief"><textarea></textarea></div>
 *   <div data-contentpath="text"><input type="hidden"></div>
 * </div>
 * @fires wac-assist:ask on the document.
 */
class TextBlockController extends window.StimulusModule.Controller {
  static values = {
    generate: String, regenerate: String, writing: String, ready: String, applied: String, discarded: String,
    missing: String, unavailable: String, usual: String, gone: String,
  };

  connect() {
    if (!this.button) this.build();
    this.look();
    this.offer();
  }

  build() {
    this.label = part('span');
    this.button = part('button', { type: 'button', className: 'button button-small button-secondary' }, icon('wac-wand'), this.label);
    this.status = part('p', { role: 'status', className: 'wac-block-status' });
    this.button.addEventListener('click', () => this.generate());
    this.part('text').before(part('div', { className: 'wac-block-actions' }, this.button, this.status));
  }

  /** The element of one of the block's own parts. */
  part(name) {
    return this.element.querySelector(`[data-contentpath="${name}"]`);
  }

  inputOf(name) {
    return this.part(name).querySelector('textarea, input');
  }

  get path() {
    return pathOf(this.part('text')).join('.');
  }

  generate() {
    if (this.element.dataset.state === 'busy') return;
    const brief = this.inputOf('brief');
    if (!brief.value.trim()) {
      this.say('missing', this.missingValue);
      brief.focus();
      return;
    }
    const [tone, prompt] = ['tone', 'prompt'].map((name) => this.inputOf(name).value.trim());
    this.dispatch('ask', {
      target: document,
      prefix: 'wac-assist',
      detail: { path: this.path, action: 'write', instruction: brief.value.trim(), tone, prompt, variables: {}, options: 1 },
    });
  }

  /** What becomes of it. */
  hear({ detail: { path, state, message } }) {
    if (path !== this.path) return;
    const said = {
      busy: this.writingValue,
      shown: this.readyValue,
      applied: this.appliedValue,
      discarded: this.discardedValue,
      stopped: this.discardedValue,
      failed: message || this.unavailableValue,
    };
    this.say(state, said[state] ?? '');
    this.look();
  }

  say(state, text) {
    this.element.dataset.state = state;
    this.button.setAttribute('aria-disabled', String(state === 'busy'));
    this.status.textContent = text;
  }

  /** There is a text already, or there is none. */
  look() {
    this.label.textContent = this.hasText() ? this.regenerateValue : this.generateValue;
  }

  hasText() {
    const input = this.part('text').querySelector('input[type="hidden"]');
    const editor = input?.draftailEditor;
    if (editor) return editor.getEditorState().getCurrentContent().hasText();
    try {
      return JSON.parse(input.value).blocks.some(({ text }) => text.trim());
    } catch {
      return false;
    }
  }

  /** Let prompt and tone be chosen. Without AI they stay what they are: texts. */
  async offer() {
    const opened = (await assistant())?.opened;
    if (!opened || !this.element.isConnected) return;
    this.choose('tone', opened.tones);
    this.choose('prompt', opened.prompts.map(({ name, label }) => ({ value: name, label })));
  }

  choose(name, choices) {
    const input = this.inputOf(name);
    if (input.hidden || input.tagName === 'SELECT') return;
    const known = [{ value: '', label: this.usualValue }, ...choices];
    const { value } = input;
    if (!known.some((choice) => choice.value === value)) known.push({ value, label: fill(this.goneValue, { name: value }) });
    const select = part('select', { id: input.id });
    select.append(...known.map((choice) => part('option', { value: choice.value, selected: choice.value === value }, choice.label)));
    select.addEventListener('change', () => {
      input.value = select.value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    input.removeAttribute('id');
    input.hidden = true;
    input.before(select);
  }
}

window.wagtail.app.register('wac-text-block', TextBlockController);
