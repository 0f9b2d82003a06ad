import { icon, part } from '../lib/parts.js';

/** How many versions there are where nobody said how many. */
const USUAL = { suggest: 3 };
const EDGE = 8;
const WIDGETS = {
  text: () => part('textarea', { rows: 2 }),
  number: () => part('input', { type: 'number', step: 'any' }),
  boolean: () => part('input', { type: 'checkbox' }),
  list: () => part('textarea', { rows: 3 }),
  object: () => part('textarea', { rows: 3 }),
  choice: ({ choices }) => part('select', {}, part('option'), ...choices.map((choice) => part('option', { value: choice, textContent: choice }))),
};
const VALUES = {
  text: (input) => input.value,
  number: (input) => (input.value === '' ? 0 : input.valueAsNumber),
  boolean: (input) => input.checked,
  list: (input) => input.value.split('\n').map((line) => line.trim()).filter(Boolean),
  object: (input) => Object.fromEntries(
    input.value.split('\n').map((line) => /^([^:]+):(.*)$/.exec(line)).filter(Boolean).map(([, key, value]) => [key.trim(), value.trim()]),
  ),
  choice: (input) => input.value,
};

/**
 * The menu of what AI can do with one text: its groups, a second step for a tone or a language, a form for words of one's own.
 *
 * @example
 * <div popover data-controller="wac-assist-menu" data-action="wac-assist:menu@document->wac-assist-menu#open">
 *   <div role="menu" data-wac-assist-menu-target="menu"><div data-wac-assist-menu-target="list"></div></div>
 *   <form data-wac-assist-menu-target="form" hidden></form>
 * </div>
 * @fires wac-assist:ask on the document, with what was chosen.
 */
class AssistMenuController extends window.StimulusModule.Controller {
  static targets = ['item', 'more', 'menu', 'head', 'list', 'options', 'back', 'form', 'formTitle', 'instruction', 'variables', 'variable'];

  static values = { selected: String, change: String, shape: String, write: String, ask: String, prompts: String };

  // Opening and closing

  open({ detail }) {
    this.asked = detail;
    this.options = 0;
    this.showTop();
    this.element.showPopover();
    this.place();
    this.focusFirst();
  }

  /** Beside what it was opened from, and wholly on the screen. */
  place() {
    const anchor = this.asked.anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const rtl = getComputedStyle(this.element).direction === 'rtl';
    const left = this.asked.opener && !rtl ? anchor.right - width : anchor.left;
    const below = anchor.bottom + EDGE / 2;
    const fits = below + height + EDGE <= window.innerHeight;
    const top = fits ? below : Math.max(EDGE, anchor.top - height - EDGE / 2);
    this.element.style.left = `${Math.min(Math.max(EDGE, left), Math.max(EDGE, window.innerWidth - width - EDGE))}px`;
    this.element.style.top = `${Math.min(top, Math.max(EDGE, window.innerHeight - height - EDGE))}px`;
  }

  toggled({ newState }) {
    this.asked?.opener?.setAttribute('aria-expanded', String(newState === 'open'));
  }

  close() {
    this.element.hidePopover();
    const { opener, field } = this.asked;
    if (opener) opener.focus();
    else field.widget.input.draftailEditor?.focus();
  }

  // What is in it

  showTop() {
    const { place, situation, opened, selection } = this.asked;
    const offered = opened.actions.filter(({ name, when }) => place.actions.includes(name) && when.includes(situation));
    const groups = Map.groupBy(offered, ({ group }) => group);
    const own = opened.prompts.filter(({ places }) => !places || places.includes(this.asked.field.place));
    this.show(selection ? this.selectedValue : place.label, [
      ...[...groups].map(([group, actions]) => this.group(this[`${group}Value`] ?? '', actions.map((action) => this.actionItem(action)))),
      ...(own.length ? [this.group(this.promptsValue, own.map((prompt) => this.promptItem(prompt)))] : []),
    ], { top: true });
  }

  show(title, groups, { top }) {
    this.formTarget.hidden = true;
    this.menuTarget.hidden = false;
    this.headTarget.textContent = title;
    this.menuTarget.setAttribute('aria-label', title);
    this.listTarget.replaceChildren(...groups);
    this.optionsTarget.hidden = !top;
    this.backTarget.hidden = top;
    this.markOptions();
  }

  group(label, items) {
    const name = part('span', { className: 'wac-menu-group', ariaHidden: 'true' }, label);
    const group = part('div', { role: 'group' }, name, ...items);
    group.setAttribute('aria-label', label);
    return group;
  }

  item(label, run, { symbol, more } = {}) {
    const item = this.itemTarget.content.cloneNode(true).firstElementChild;
    item.append(...(symbol ? [icon(symbol)] : []), part('span', {}, label), ...(more ? [this.moreTarget.content.cloneNode(true)] : []));
    if (more) item.setAttribute('aria-haspopup', more);
    item.wacRun = run;
    return item;
  }

  actionItem({ name, label, icon: symbol, needs }) {
    const { tones, languages } = this.asked.opened;
    const second = { tone: tones, language: languages }[needs];
    if (second) {
      const list = () => this.second(label, second.map(({ value, label: text }) => this.item(text, () => this.ask({ action: name, [needs]: value }))));
      return this.item(label, list, { symbol, more: 'menu' });
    }
    if (needs === 'instruction') return this.item(label, () => this.fillIn(label, { action: name }), { symbol, more: 'dialog' });
    return this.item(label, () => this.ask({ action: name }), { symbol });
  }

  promptItem({ name, label, variables }) {
    const asked = { action: this.anyAction, prompt: name };
    const run = () => (variables.length ? this.fillIn(label, asked, variables) : this.ask(asked));
    return this.item(label, run, { symbol: 'snippet', more: variables.length ? 'dialog' : '' });
  }

  /** A site's prompt replaces the words of an action, so it is sent with one that fits the place. */
  get anyAction() {
    const { actions } = this.asked.place;
    return actions.includes('ask') ? 'ask' : actions[0];
  }

  second(title, items) {
    this.show(title, items, { top: false });
    this.place();
    this.focusFirst();
  }

  // Words of one's own

  fillIn(title, asked, variables) {
    this.filling = { asked, variables: variables ?? [] };
    this.menuTarget.hidden = true;
    this.formTarget.hidden = false;
    this.formTitleTarget.textContent = title;
    this.formTarget.setAttribute('aria-label', title);
    this.instructionTarget.hidden = Boolean(variables);
    this.instructionInput.value = '';
    this.instructionInput.required = !variables;
    this.variablesTarget.replaceChildren(...this.filling.variables.map((variable) => this.variableField(variable)));
    this.place();
    this.formTarget.querySelector('textarea:not([hidden] *), input:not([hidden] *), select:not([hidden] *)')?.focus();
  }

  variableField(variable) {
    const field = this.variableTarget.content.cloneNode(true).firstElementChild;
    const input = WIDGETS[variable.type](variable);
    input.id = `wac-menu-${variable.name}`;
    input.required = variable.required && variable.type !== 'boolean';
    input.dataset.variable = variable.name;
    Object.assign(field.querySelector('label'), { htmlFor: input.id, textContent: variable.name.replaceAll('_', ' ') });
    field.querySelector('.wac-menu-help').textContent = variable.help;
    field.querySelector('label').after(input);
    return field;
  }

  get instructionInput() {
    return this.instructionTarget.querySelector('textarea');
  }

  send(event) {
    event.preventDefault();
    const values = this.filling.variables.map(({ name, type }) => [
      name, VALUES[type](this.variablesTarget.querySelector(`[data-variable="${CSS.escape(name)}"]`)),
    ]);
    this.ask({ ...this.filling.asked, instruction: this.instructionInput.value.trim(), variables: Object.fromEntries(values) });
  }

  ask(asked) {
    const { field, selection } = this.asked;
    this.element.hidePopover();
    const options = this.options || (USUAL[asked.action] ?? 1);
    const detail = { path: field.path, options, selection, ...asked };
    document.dispatchEvent(new CustomEvent('wac-assist:ask', { detail }));
  }

  // Choosing

  choose({ target }) {
    if (target.closest('[data-back]')) {
      this.goBack();
      return;
    }
    const options = target.closest('[data-options]');
    if (options) {
      this.options = Number(options.dataset.options);
      this.markOptions();
      return;
    }
    target.closest('[role="menuitem"]')?.wacRun();
  }

  /** One item is marked at a time, by whatever the person points with. */
  hover({ target, movementX, movementY }) {
    // A menu that opens below a pointer at rest is not pointed at.
    if (movementX || movementY) target.closest('[role="menuitem"]')?.focus({ preventScroll: true });
  }

  markOptions() {
    this.optionsTarget.querySelectorAll('[data-options]').forEach((button) => {
      button.setAttribute('aria-checked', String(Number(button.dataset.options) === (this.options || 1)));
    });
  }

  goBack() {
    this.showTop();
    this.place();
    this.focusFirst();
  }

  key(event) {
    if (event.key === 'Escape') {
      event.preventDefault();
      this.close();
      return;
    }
    if (event.target.closest('form')) {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.formTarget.requestSubmit();
      return;
    }
    const items = this.items;
    const at = items.indexOf(document.activeElement);
    const rtl = getComputedStyle(this.element).direction === 'rtl';
    const moves = {
      ArrowDown: () => items[(at + 1) % items.length],
      ArrowUp: () => items[(at - 1 + items.length) % items.length],
      Home: () => items[0],
      End: () => items.at(-1),
      [rtl ? 'ArrowLeft' : 'ArrowRight']: () => this.inward(items[at]),
      [rtl ? 'ArrowRight' : 'ArrowLeft']: () => this.outward(items[at]),
      Tab: () => this.close(),
    };
    const move = moves[event.key] ?? (isLetter(event) && (() => startsWith(items, at, event.key)));
    if (!move) return;
    event.preventDefault();
    move()?.focus();
  }

  /** The next number of versions, or what stands behind an item. */
  inward(item) {
    if (item?.dataset.options) return item.nextElementSibling;
    if (item?.hasAttribute('aria-haspopup')) item.wacRun();
    return null;
  }

  outward(item) {
    if (item?.dataset.options) return item.previousElementSibling?.matches('button') ? item.previousElementSibling : null;
    if (!this.backTarget.hidden) this.goBack();
    return null;
  }

  get items() {
    return [...this.menuTarget.querySelectorAll('[role^="menuitem"]')].filter((item) => !item.closest('[hidden]'));
  }

  focusFirst() {
    this.items[0]?.focus();
  }
}

function isLetter({ key, ctrlKey, metaKey, altKey }) {
  return key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey;
}

function startsWith(items, at, letter) {
  const following = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return following.find((item) => item.textContent.trim().toLowerCase().startsWith(letter.toLowerCase()));
}

window.wagtail.app.register('wac-assist-menu', AssistMenuController);
