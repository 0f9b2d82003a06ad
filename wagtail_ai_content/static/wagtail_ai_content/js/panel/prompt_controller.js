/**
 * The choice of a prompt: only the values that it takes are asked for.
 *
 * @example
 * <form data-controller="wac-prompt" data-action="change->wac-prompt#show">
 *   <select data-wac-prompt-target="choice"><option value="title:house-style">…</option></select>
 *   <div data-wac-prompt-target="oneText" hidden>…</div>
 *   <fieldset data-wac-prompt-target="variables" data-key="title:house-style" hidden disabled>…</fieldset>
 * </form>
 */
class PromptController extends window.StimulusModule.Controller {
  static targets = ['choice', 'oneText', 'variables'];

  connect() {
    this.show();
  }

  show() {
    const [option] = this.choiceTarget.selectedOptions;
    this.variablesTargets.forEach((each) => {
      const isChosen = each.dataset.key === option?.value;
      each.hidden = !isChosen;
      each.disabled = !isChosen;
    });
    this.oneTextTarget.hidden = !(option && 'oneText' in option.dataset);
  }
}

window.wagtail.app.register('wac-prompt', PromptController);
