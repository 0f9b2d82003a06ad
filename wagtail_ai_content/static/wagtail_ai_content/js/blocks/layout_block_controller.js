import { ask, headers } from '../lib/ask.js';
import { fill } from '../lib/decisions.js';
import { editForm, formText, partAt, pathOf, saveSoon, settled } from '../lib/form.js';
import { generate, uuid } from '../lib/generation.js';
import { icon, part } from '../lib/parts.js';
import { cardOf } from './layout_card.js';
import { assistant, fitting, placeOf, present, renewed, wordsOf } from './stream.js';

/**
 * An AI layout block: arrangements for its brief, shown as cards, and put into the stream below it, all or one by one.
 *
 * @example
 * <div data-controller="wac-layout-block" data-wac-layout-block-suggest-value="Suggest arrangements">
 *   <div data-contentpath="brief"><textarea></textarea></div>
 * </div>
 * @fires wac-assist:state on the document when blocks were put in, with `job`.
 */
class LayoutBlockController extends window.StimulusModule.Controller {
  static values = {
    suggest: String, again: String, stop: String, stopped: String, arranging: String, ready: String, one: String,
    missing: String, failed: String, unavailable: String, insertAll: String, insert: String, insertName: String,
    insertAllName: String, previewName: String, look: String, inserted: String, insertedOne: String, full: String,
    partly: String, partlyOne: String, undo: String, undone: String, kept: String,
  };

  initialize() {
    this.below = [];
    this.last = [];
  }

  connect() {
    if (!this.status) this.build();
  }

  disconnect() {
    this.stopping?.abort();
  }

  build() {
    this.suggestLabel = part('span', {}, this.suggestValue);
    this.suggestButton = this.button('suggest', 'button-secondary', icon('wac-wand'), this.suggestLabel);
    this.stopButton = this.button('stop', 'button-secondary', this.stopValue);
    this.undoButton = this.button('undo', 'button-secondary', this.undoValue);
    [this.stopButton, this.undoButton].forEach((button) => { button.hidden = true; });
    this.status = part('p', { role: 'status', className: 'wac-block-status' });
    this.notes = part('ul', { className: 'wac-layout-notes', hidden: true });
    this.cards = part('ul', { className: 'wac-layout-cards' });
    const row = part('div', { className: 'wac-block-actions' }, this.suggestButton, this.stopButton, this.status, this.undoButton);
    this.brief.closest('[data-contentpath="brief"]').after(row, this.notes, this.cards);
  }

  button(action, look, ...children) {
    const button = part('button', { type: 'button', className: `button button-small ${look}` }, ...children);
    button.addEventListener('click', () => this[action]());
    return button;
  }

  get brief() {
    return this.element.querySelector('[data-contentpath="brief"] textarea');
  }

  /** The path of the stream that holds this block, and the block's own id. */
  get spot() {
    const path = pathOf(this.element);
    return { id: path.pop(), path: path.join('.') };
  }

  get stream() {
    return partAt(this.spot.path);
  }

  // Asking

  async suggest() {
    if (this.stopping) return;
    if (!this.brief.value.trim()) {
      this.say('missing', this.missingValue);
      this.brief.focus();
      return;
    }
    this.stopping = new AbortController();
    this.turn(true);
    this.say('busy', this.arrangingValue);
    try {
      this.show(await this.asked(this.stopping.signal));
    } catch (error) {
      const stopped = error.code === 'stopped';
      this.say(stopped ? 'stopped' : 'failed', stopped ? this.stoppedValue : error.message || this.failedValue);
    } finally {
      this.stopping = null;
      this.turn(false);
    }
  }

  async asked(signal) {
    const assist = await assistant();
    if (!assist) throw new Error(this.unavailableValue);
    await settled(); // what was typed last is on its way into the inputs
    const { path } = this.spot;
    const asked = {
      key: uuid(),
      subject: assist.opened.subject,
      function: 'layout',
      path,
      place: placeOf(path, partAt(path.split('.')[0])),
      instruction: this.brief.value.trim(),
      variables: { present: present(this.stream) },
      form: formText(),
    };
    this.address = assist.generateUrlValue.replace(/generate\/$/, 'layout/');
    const tell = (event, data) => {
      if (event === 'phase' && data.message) this.say('busy', data.message);
    };
    return generate(asked, { url: assist.generateUrlValue, headers: headers(), signal, tell });
  }

  stop() {
    this.stopping?.abort();
  }

  // Showing

  show({ job, value, warnings }) {
    const { arrangements } = value;
    this.job = job;
    this.cards.replaceChildren(...arrangements.map((arrangement, number) => cardOf(arrangement, {
      address: `${this.address}${job}/${number}/`,
      words: this,
      insert: (only) => this.insert(number, only),
    })));
    this.notes.replaceChildren(...warnings.map((warning) => part('li', {}, warning)));
    this.notes.hidden = warnings.length === 0;
    this.suggestLabel.textContent = this.againValue;
    const count = arrangements.length;
    this.say('ready', count === 1 ? this.oneValue : fill(this.readyValue, { count }));
  }

  turn(busy) {
    const hadFocus = document.activeElement === this.stopButton;
    this.suggestButton.setAttribute('aria-disabled', String(busy));
    this.stopButton.hidden = !busy;
    if (hadFocus) this.suggestButton.focus();
  }

  say(state, text) {
    this.element.dataset.state = state;
    this.status.textContent = text;
  }

  // Putting in

  async insert(number, only) {
    let blocks;
    try {
      ({ blocks } = await ask(`${this.address}${this.job}/${number}/states/`, {}));
    } catch {
      this.say('failed', this.failedValue);
      return;
    }
    const wanted = only ? blocks.filter(({ id }) => id === only) : blocks;
    const room = fitting(wanted, this.stream);
    this.last = room.map((block) => this.putIn(block));
    this.tell(this.last.length, wanted.length - this.last.length);
    if (!this.last.length) return;
    this.undoButton.hidden = false;
    this.dispatch('state', {
      target: document,
      prefix: 'wac-assist',
      detail: { path: this.spot.path, state: 'applied', message: this.status.textContent, job: this.job, ended: true },
    });
    await settled();
    this.written = new Map(this.last.map((id) => [id, this.wordsIn(id)]));
  }

  /** Below what was put in before. A block that is there already comes as another one, with ids of its own. */
  putIn(block) {
    const { stream } = this;
    const taken = (id) => stream.children.some((child) => child.id === id);
    const { type, value, id } = taken(block.id) ? renewed(block, uuid) : block;
    const above = [this.spot.id, ...this.below].map((known) => this.indexOf(known));
    stream.insert({ type, value, id }, Math.max(...above) + 1, { animate: false, focus: false });
    this.below.push(id);
    return id;
  }

  indexOf(id) {
    return this.stream.children.findIndex((child) => child.id === id);
  }

  wordsIn(id) {
    return wordsOf(this.stream.children[this.indexOf(id)]?.block.getValue());
  }

  tell(count, left) {
    if (!count) {
      this.say('full', this.fullValue);
      return;
    }
    const lines = [count === 1 ? this.insertedOneValue : fill(this.insertedValue, { count })];
    if (left) lines.push(left === 1 ? this.partlyOneValue : fill(this.partlyValue, { count: left }));
    this.say('inserted', lines.join(' '));
  }

  /** Take the last insertion out again, but nothing that the person wrote since. */
  undo() {
    const there = this.last.filter((id) => this.indexOf(id) !== -1);
    const changed = there.filter((id) => this.written?.has(id) && this.written.get(id) !== this.wordsIn(id));
    there.filter((id) => !changed.includes(id)).forEach((id) => this.stream.deleteBlock(this.indexOf(id)));
    this.below = this.below.filter((id) => !there.includes(id) || changed.includes(id));
    this.last = [];
    this.suggestButton.focus();
    this.undoButton.hidden = true;
    this.say('undone', changed.length ? this.keptValue : this.undoneValue);
    saveSoon(editForm());
  }
}

window.wagtail.app.register('wac-layout-block', LayoutBlockController);
