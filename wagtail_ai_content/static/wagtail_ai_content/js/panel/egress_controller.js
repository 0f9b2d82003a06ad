import { part } from '../lib/parts.js';
import { post } from './requests.js';

/**
 * “What will be sent?”: the request of the form around it, exactly as it would leave the site. Nobody is asked.
 *
 * @example
 * <form data-controller="wac-write">
 *   <details data-controller="wac-egress" data-action="toggle->wac-egress#toggled" data-wac-egress-url-value="/admin/ai-editor/preview/">
 *     <p data-wac-egress-target="stale" hidden>… <button type="button" data-action="wac-egress#look">Look again</button></p>
 *     <div data-wac-egress-target="content"></div>
 *   </details>
 * </form>
 */
class EgressController extends window.StimulusModule.Controller {
  static targets = ['stale', 'content'];

  static values = { url: String, failed: String, incomplete: String };

  connect() {
    this.form = this.element.closest('form');
    this.onChange = ({ target }) => this.changed(target);
    this.form.addEventListener('input', this.onChange);
  }

  disconnect() {
    this.form.removeEventListener('input', this.onChange);
  }

  toggled() {
    if (this.element.open) this.look();
  }

  changed(target) {
    if (this.element.open && !this.element.contains(target)) this.staleTarget.hidden = false;
  }

  async look() {
    const hadFocus = this.staleTarget.contains(document.activeElement);
    this.staleTarget.hidden = true;
    if (hadFocus) this.element.querySelector('summary').focus();
    const write = window.wagtail.app.getControllerForElementAndIdentifier(this.form, 'wac-write');
    const asked = write.asked();
    if (!asked) {
      this.say(this.incompleteValue);
      return;
    }
    this.last = asked.key;
    this.contentTarget.setAttribute('aria-busy', 'true');
    try {
      const { html } = await post(this.urlValue, asked);
      if (this.last === asked.key) this.contentTarget.innerHTML = html;
    } catch (error) {
      if (this.last === asked.key) this.say(error.message || this.failedValue);
    } finally {
      this.contentTarget.removeAttribute('aria-busy');
    }
  }

  say(line) {
    this.contentTarget.replaceChildren(part('p', { className: 'wac-panel-note', textContent: line }));
  }
}

window.wagtail.app.register('wac-egress', EgressController);
