/**
 * Keeps which radio button of a group was chosen, for this person's next visit with this browser.
 *
 * @example
 * <fieldset data-controller="wac-remember" data-action="change->wac-remember#keep" data-wac-remember-key-value="layout">
 *   <input type="radio" name="layout" value="columns" data-wac-remember-target="choice" checked>
 *   <input type="radio" name="layout" value="unified" data-wac-remember-target="choice">
 * </fieldset>
 */
class RememberController extends window.StimulusModule.Controller {
  static targets = ['choice'];

  static values = { key: String };

  connect() {
    const kept = this.read();
    this.choiceTargets.forEach((choice) => {
      choice.checked = kept ? choice.value === kept : choice.checked;
    });
  }

  keep(event) {
    try {
      window.localStorage.setItem(this.storageKey, event.target.value);
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
  }

  read() {
    try {
      const kept = window.localStorage.getItem(this.storageKey);
      return this.choiceTargets.some((choice) => choice.value === kept) ? kept : null;
    } catch {
      return null;
    }
  }

  get storageKey() {
    return `wagtail-ai-content:${this.keyValue}`;
  }
}

window.wagtail.app.register('wac-remember', RememberController);
