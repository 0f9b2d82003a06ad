import { fill, moved, tally } from '../lib/decisions.js';
import { commandOf } from '../lib/keys.js';

/** Wagtail's rich text editor puts what was written into its form field a quarter of a second later. */
const EDITOR_DELAY = 400;

/**
 * The form of the review screen by keyboard: one change is current, and keys move to others or decide about it.
 * Everything it does can be done with the form's own controls.
 *
 * @example
 * <form data-controller="wac-review" data-action="keydown@document->wac-review#press focusin->wac-review#enter"
 *   data-wac-review-said-value="Change %(number)s of %(total)s: %(label)s">
 *   <p role="status" data-wac-review-target="status"></p>
 *   <article tabindex="-1" data-wac-review-target="change">
 *     <input type="radio" value="accept"> <input type="radio" value="reject"> <input type="radio" value="">
 *     <a href="…" data-action="wac-review#edit">Edit</a>
 *   </article>
 *   <button data-wac-review-target="apply">Apply</button>
 * </form>
 */
class ReviewController extends window.StimulusModule.Controller {
  static targets = ['change', 'status', 'tally', 'apply', 'shortcuts'];

  static values = { said: String, tally: String, failed: String };

  connect() {
    this.current = -1;
    this.wroteAt = -Infinity;
    const config = document.getElementById('wagtail-config');
    this.enabled = config ? JSON.parse(config.textContent).KEYBOARD_SHORTCUTS_ENABLED !== false : true;
    const first = this.changeTargets.findIndex((change) => !change.dataset.state);
    this.setTabStop(Math.max(first, 0));
    this.element.classList.add('wac-review-form--scripted');
  }

  press(event) {
    if (this.hasShortcutsTarget && this.shortcutsTarget.open) return;
    const command = commandOf(event, { enabled: this.enabled });
    if (!command || !this.concerns(event.target, command)) return;
    event.preventDefault();
    this[command]();
  }

  /** Note when something was written in an editor. */
  wrote(event) {
    if (event.target.closest('.wac-review-wording')) this.wroteAt = event.timeStamp;
  }

  /** Send the form when the editors have put everything into it. */
  settle(event) {
    const wait = this.wroteAt + EDITOR_DELAY - event.timeStamp;
    if (!(wait > 0)) return;
    event.preventDefault();
    const { submitter } = event;
    setTimeout(() => this.element.requestSubmit(submitter), wait);
  }

  /** Keys pressed elsewhere on the page, in a menu or a dialog, are not ours; on the bare page they are. */
  concerns(target, command) {
    if (command === 'apply') return this.element.contains(target) && (target.closest('[data-wac-review-target~="change"]') !== null);
    return target === document.body || target.closest('#main') !== null;
  }

  next() {
    this.go(moved(this.current, 1, this.changeTargets.length));
  }

  previous() {
    this.go(moved(this.current, -1, this.changeTargets.length));
  }

  accept() {
    this.choose('accept');
  }

  reject() {
    this.choose('reject');
  }

  later() {
    this.choose('');
  }

  apply() {
    if (this.hasApplyTarget) this.element.requestSubmit(this.applyTarget);
  }

  help() {
    this.shortcutsTarget.showModal();
  }

  closeHelp() {
    this.shortcutsTarget.close();
  }

  /** The change that has the focus is the current one, however the focus came there. */
  enter(event) {
    const index = this.changeTargets.findIndex((change) => change.contains(event.target));
    if (index === -1 || index === this.current) return;
    this.current = index;
    this.setTabStop(index);
  }

  go(index) {
    const change = this.changeTargets[index];
    if (!change) return;
    change.focus({ preventScroll: true });
    change.scrollIntoView({ block: 'start' });
    this.current = index;
    this.setTabStop(index);
    this.say(fill(this.saidValue, { number: index + 1, total: this.changeTargets.length, label: this.labelOf(change) }));
  }

  choose(value) {
    const change = this.changeTargets[this.current];
    const choice = change?.querySelector(`input[type="radio"][value="${value}"]:not(:disabled)`);
    if (!choice) return;
    choice.checked = true;
    choice.dispatchEvent(new Event('change', { bubbles: true }));
    this.say(`${this.labelOf(change)}: ${choice.labels[0].textContent.trim()}`);
  }

  /** Say how many are decided, and mark each change by its decision. */
  tally() {
    const open = this.changeTargets.filter((change) => change.querySelector('input[type="radio"]'));
    const choices = open.map((change) => change.querySelector('input[type="radio"]:checked')?.value ?? '');
    open.forEach((change, index) => change.setAttribute('data-choice', choices[index]));
    this.tallyTarget.textContent = fill(this.tallyValue, tally(choices));
  }

  /** With a key: of the current change. With a click: of the one whose link was clicked. */
  async edit(event) {
    event?.preventDefault();
    const change = event ? event.target.closest('article') : this.changeTargets[this.current];
    const link = change?.querySelector('.wac-review-edit');
    if (!link) return;
    if (!change.querySelector('.wac-review-wording')) await this.load(change, link);
    change.querySelector('.wac-review-wording [contenteditable="true"], .wac-review-wording textarea')?.focus();
  }

  async load(change, link) {
    try {
      const answer = await fetch(link.href, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const part = document.createRange().createContextualFragment(await answer.text());
      link.closest('fieldset').append(part);
      link.hidden = true;
      this.tally();
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
    } catch {
      this.say(this.failedValue);
      window.location.assign(link.href);
    }
  }

  setTabStop(index) {
    this.changeTargets.forEach((change, at) => change.setAttribute('tabindex', at === index ? '0' : '-1'));
  }

  say(text) {
    this.statusTarget.textContent = text;
  }

  labelOf(change) {
    return change.querySelector('h3').textContent.trim();
  }
}

window.wagtail.app.register('wac-review', ReviewController);
