import { ask } from '../lib/ask.js';
import { fill } from '../lib/decisions.js';
import { isEmpty, selectionIn, textsIn, valueOf } from '../lib/fields.js';
import { editForm, hidden, reveal, richInputs, saveSoon } from '../lib/form.js';

const FIELD = 'wagtail_ai_assisted';
const QUIET = 300;
const SAVES = 2;
const ENTRY = 'WAC-ASSIST';

/**
 * AI in the fields of the edit form: the buttons, who may ask where, and what must wait meanwhile.
 *
 * The menu (`wac-assist-menu`) asks, a card at the field (`wac-assist-card`) does it; all three speak through events on the
 * document, by which others can ask, too. Menu and card are loaded when they are wanted for the first time.
 *
 * @example
 * <div data-controller="wac-assist" data-action="click@document->wac-assist#press wac-assist:ask@document->wac-assist#ask"
 *   data-wac-assist-open-url-value="/admin/ai-editor/open/" data-wac-assist-generate-url-value="/admin/ai-editor/generate/">
 *   <template data-wac-assist-target="button"><button type="button" class="wac-ask" aria-haspopup="menu"></button></template>
 *   <template data-wac-assist-target="card">…</template>
 * </div>
 * @fires wac-assist:menu on the document, with `field`, `place`, `situation`, `selection`, `anchor` and `opened`.
 * @fires wac-assist:state on the document, with `path`, `state` and `message`.
 */
class AssistController extends window.StimulusModule.Controller {
  static targets = ['button', 'card', 'status'];

  static values = { openUrl: String, generateUrl: String, ask: String, nothing: String, closed: String, gone: String };

  initialize() {
    this.opened = null;
    this.fields = new Map();
    this.places = new WeakMap();
    this.buttons = new WeakMap();
    this.cards = new Map();
    this.busy = new Set();
    this.held = false;
    this.jobs = new Map();
  }

  connect() {
    const whenIdle = window.requestIdleCallback ?? ((call) => setTimeout(call, QUIET));
    this.opening = new Promise((resolve) => { whenIdle(() => resolve(this.open())); });
  }

  disconnect() {
    this.observer?.disconnect();
  }

  // Where AI may be asked

  async open() {
    const form = editForm();
    if (!form || !window.wagtail.editHandler) return;
    await this.refresh();
    this.look();
    this.observer = new MutationObserver(() => {
      clearTimeout(this.looking);
      this.looking = setTimeout(() => this.look(), QUIET);
    });
    this.observer.observe(form, { childList: true, subtree: true });
  }

  /** What may be asked, anew where the page has got another address: autosave has created what was new. */
  async refresh() {
    const address = window.location.pathname;
    if (this.address === address) return;
    try {
      this.opened = await ask(this.openUrlValue, { address });
      this.address = address;
    } catch ({ told }) {
      // Nothing may be asked here, and nothing is offered; or what was known stays, and the server has the last word.
      this.why = told;
    }
  }

  /**
   * What texts there are now; those that came get a button, others lose their entry for AI, and what is written for one that
   * went is given up.
   */
  look() {
    const form = editForm();
    if (!form) return;
    this.fields = this.opened ? textsIn(this.opened.places) : new Map();
    this.fields.forEach((field) => {
      if (!field.element.classList.contains('wac-field')) this.decorate(field);
    });
    richInputs(form).filter((input) => !input.closest('.wac-field')).forEach(withdraw);
    this.cards.forEach((card, path) => {
      if (!this.fields.has(path) && this.busy.has(path)) card.dispatchEvent(new CustomEvent('wac-assist-card:gone'));
    });
  }

  decorate({ place, element }) {
    const button = this.buttonTarget.content.cloneNode(true).firstElementChild;
    button.setAttribute('aria-label', fill(this.askValue, { label: this.opened.places[place].label }));
    button.title = button.getAttribute('aria-label');
    element.classList.add('wac-field');
    this.places.set(button, element);
    this.buttons.set(element, button);
    const controls = controlsOf(element);
    button.classList.toggle('wac-ask--control', Boolean(controls));
    if (controls) controls.prepend(button);
    else (element.querySelector('[data-field-input]') ?? element).append(button);
  }

  /** The field around an element. */
  fieldAt(element) {
    const around = this.places.get(element) ?? element.closest('.wac-field');
    return around && [...this.fields.values()].find((field) => field.element === around);
  }

  // Asking

  async press({ type, target }) {
    const toolbar = type === 'wac-toolbar:pressed';
    const button = toolbar ? target : target.closest?.('.wac-ask');
    if (!button) return;
    await this.opening;
    this.lookAgain(button);
    const field = this.fieldAt(button);
    if (!field) {
      this.say((this.opened ? '' : this.why) || this.closedValue);
      return;
    }
    if (this.focusCard(field.path)) return;
    const place = this.opened.places[field.place];
    const selection = selectionIn(field);
    const situation = selection ? 'selection' : isEmpty(valueOf(field)) ? 'empty' : 'text';
    const anchor = toolbar ? selectedArea() ?? target : button;
    await Promise.all([import('./assist_menu_controller.js'), this.refresh()]);
    this.dispatch('menu', {
      target: document,
      detail: { field, place, situation, selection, anchor, opener: toolbar ? null : button, opened: this.opened },
    });
  }

  /** A block that was put in a moment ago is not known yet. */
  lookAgain(element) {
    if (!this.fieldAt(element)) this.look();
  }

  async ask({ detail }) {
    const field = await this.known(detail.path);
    if (!field) return;
    const place = this.opened.places[field.place];
    if (detail.prompt || place.actions.includes(detail.action)) this.show(field, place, { asked: detail });
    else this.refuse(detail.path, this.nothingValue);
  }

  async propose({ detail }) {
    const field = await this.known(detail.path);
    if (!field) return;
    const option = 'content' in detail ? { content: detail.content } : { text: detail.text };
    const result = { options: [option], warnings: [], facts: [], model: '', cost: null, job: detail.job ?? '', ...detail.result };
    this.show(field, this.opened.places[field.place], { asked: detail, result });
  }

  /** The field at a path, by what may be asked now; where there is none, that is said. */
  async known(path) {
    await this.opening;
    await this.refresh();
    this.look();
    const field = this.fields.get(path);
    if (!field) this.refuse(path, this.opened ? this.goneValue : this.why || this.closedValue);
    return field;
  }

  async show(field, place, { asked, result }) {
    await Promise.all([import('./assist_card_controller.js'), import('./assist_changes_controller.js')]);
    await reveal(field.element);
    if (this.focusCard(field.path)) return;
    const card = this.cardTarget.content.cloneNode(true).firstElementChild;
    card.wagtailAIAssist = {
      field, place, asked, result, opened: this.opened, url: this.generateUrlValue, button: this.buttons.get(field.element),
      find: () => {
        this.look();
        return this.fields.get(field.path);
      },
    };
    this.cards.set(field.path, card);
    (field.element.querySelector('[data-field-input]') ?? field.element).append(card);
  }

  focusCard(path) {
    const card = this.cards.get(path);
    if (!card?.isConnected) return false;
    card.focus();
    return true;
  }

  refuse(path, message) {
    this.say(message);
    this.dispatch('state', { target: document, detail: { path, state: 'failed', message } });
  }

  /**
   * What becomes of it. While anything arrives, autosave waits. What was put in is saved from here: it may have come in while
   * a save was on its way, and Wagtail takes that for saved, too.
   */
  async note({ detail: { path, state, message, job, ended } }) {
    if (state === 'busy') this.busy.add(path);
    else this.busy.delete(path);
    if (state === 'applied') this.statusTarget.textContent = message;
    if (state === 'applied' && job) this.jobs.set(job, 0);
    if (ended) this.cards.delete(path);
    this.held ||= state === 'applied';
    if (this.busy.size || !this.held) return;
    this.held = false;
    await saveSoon(editForm());
  }

  say(message) {
    this.statusTarget.textContent = message;
    document.dispatchEvent(new CustomEvent('w-messages:add', { detail: { clear: true, text: message, type: 'warning' } }));
  }

  leave() {
    this.busy.forEach((path) => this.cards.get(path)?.dispatchEvent(new CustomEvent('wac-assist-card:leave')));
  }

  // Saving

  save(event) {
    if (this.busy.size) {
      this.held = true;
      event.preventDefault();
    } else if (this.unsent.length) {
      this.sending = this.unsent;
      event.detail.formData.set(FIELD, JSON.stringify(this.sending));
    }
  }

  saved() {
    this.sending?.forEach((job) => this.jobs.set(job, this.jobs.get(job) + 1));
    this.sending = undefined;
  }

  submit(event) {
    if (event.target !== editForm() || !this.unsent.length) return;
    hidden(event.target, FIELD).value = JSON.stringify(this.unsent);
  }

  /**
   * The ids of jobs whose words were taken since the last saves. Each goes along with two of them: rich text reaches its
   * input a moment after it was changed, so the first may have been on its way without the words.
   */
  get unsent() {
    return [...this.jobs.keys()].filter((job) => this.jobs.get(job) < SAVES);
  }
}

/**
 * Leave AI out of the “/” list of an editor. Its options are the same for everybody; but Draftail looks at its types of
 * entities anew each time it draws.
 */
function withdraw({ draftailEditor }) {
  const types = draftailEditor.props.entityTypes;
  const at = types.findIndex(({ type }) => type === ENTRY);
  if (at >= 0) types.splice(at, 1);
}

/** The row of buttons of the block that is this field and nothing else; null for any other field. */
function controlsOf(element) {
  const content = element.closest('.w-panel__content');
  const isAlone = content?.querySelectorAll('[data-field]').length === 1 && content.closest('[data-streamfield-child]');
  return isAlone ? content.closest('.w-panel').querySelector(':scope > .w-panel__header [data-panel-controls]') : null;
}

/** Where the selected words are on the screen, for the menu to stand at. */
function selectedArea() {
  const selection = window.getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  const box = range?.getBoundingClientRect();
  return box?.height ? { getBoundingClientRect: () => range.getBoundingClientRect() } : null;
}

window.wagtail.app.register('wac-assist', AssistController);
