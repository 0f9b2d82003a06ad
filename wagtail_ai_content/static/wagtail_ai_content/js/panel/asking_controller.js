import { part } from '../lib/parts.js';

/**
 * What the tabs have in common that ask AI for something: one request at a time, its progress, and how it ended.
 *
 * @example
 * <div data-controller="wac-…">
 *   <button type="button" data-wac-…-target="button"><em data-wac-…-target="label">…</em></button>
 *   <div data-wac-…-target="progress" hidden><progress data-wac-…-target="bar"></progress>
 *     <button type="button" data-wac-…-target="cancel" data-action="wac-…#cancel">Cancel</button></div>
 *   <div role="status" data-wac-…-target="status"></div>
 * </div>
 * @fires wac-write:done on the document when a request has ended, whatever came of it.
 */
export class AskingController extends window.StimulusModule.Controller {
  static targets = ['button', 'label', 'progress', 'bar', 'cancel', 'status'];

  static values = {
    places: Object, subject: Object, url: String, running: String, lost: String, refused: String, stopped: String,
  };

  connect() {
    this.name = this.labelTarget.textContent;
  }

  disconnect() {
    this.stopper?.abort();
  }

  cancel() {
    this.stopper?.abort();
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  async busyWith(work) {
    this.stopper = new AbortController();
    this.turn(true);
    try {
      await work(this.stopper.signal);
    } catch ({ code, message }) {
      const lines = { stopped: this.stoppedValue, session: this.refusedValue };
      this.tell([lines[code] ?? (message || this.lostValue)], code === 'stopped' ? 'done' : 'error');
    } finally {
      this.stopper = null;
      this.turn(false);
      document.dispatchEvent(new CustomEvent('wac-write:done'));
    }
  }

  turn(isBusy) {
    const hadFocus = this.element.contains(document.activeElement);
    this.buttonTarget.disabled = isBusy;
    this.buttonTarget.setAttribute('aria-busy', String(isBusy));
    this.buttonTarget.classList.toggle('button-longrunning-active', isBusy);
    this.labelTarget.textContent = isBusy ? this.runningValue : this.name;
    this.progressTarget.hidden = !isBusy;
    this.barTarget.removeAttribute('value');
    if (hadFocus) (isBusy ? this.cancelTarget : this.buttonTarget).focus();
  }

  tell(lines, state = '') {
    this.statusTarget.dataset.state = state;
    this.statusTarget.replaceChildren(...lines.filter(Boolean).map((line) => part('p', {}, line)));
  }
}
