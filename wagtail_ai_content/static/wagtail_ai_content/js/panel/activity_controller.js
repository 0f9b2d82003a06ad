import { pathOf } from '../lib/form.js';
import { keysOf } from '../lib/provenance.js';
import { post } from './requests.js';

const SOON = 600;
const WHILE_RUNNING = 3000;

/**
 * What AI did here: kept up to date while it is looked at, with who wrote the block that has the focus.
 *
 * @example
 * <div data-controller="wac-activity" data-action="focusin@document->wac-activity#focus wac-arrivals:arrived@document->wac-activity#reload">
 *   <div data-key="" data-wac-activity-target="part">…</div> <div data-key="body" data-wac-activity-target="part" hidden>…</div>
 *   <li data-wac-activity-target="job" data-running><button type="button" data-url="…" data-action="wac-activity#cancel">Cancel</button></li>
 * </div>
 */
class ActivityController extends window.StimulusModule.Controller {
  static targets = ['part', 'people', 'job', 'status'];

  static values = { stopping: String, failed: String };

  connect() {
    this.panel = this.element.closest('[data-controller~="wac-panel"]');
    if (this.jobTargets.some((job) => 'running' in job.dataset)) this.later(WHILE_RUNNING);
    if (lastFocused?.isConnected) this.tellOf(lastFocused);
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  reload() {
    this.later(SOON);
  }

  later(time) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.element.offsetParent) this.loadAnew();
      else this.later(WHILE_RUNNING);
    }, time);
  }

  loadAnew() {
    const panel = window.wagtail.app.getControllerForElementAndIdentifier(this.panel, 'wac-panel');
    panel.reload(this.element.closest('[role="tabpanel"]').id);
  }

  focus({ target }) {
    if (!target.closest('form[data-edit-form]')) return;
    lastFocused = target;
    this.tellOf(target);
  }

  /** The part with the focus: its text, its block, its field; of one without words by an AI, that people wrote it. */
  tellOf(target) {
    const keys = keysOf(pathOf(target), isField);
    if (!keys.length || !this.hasPeopleTarget) return;
    const found = keys.map((key) => this.partTargets.find(({ dataset }) => dataset.key === key)).find(Boolean) ?? this.peopleTarget;
    [...this.partTargets, this.peopleTarget].forEach((each) => { each.hidden = each !== found; });
    found.querySelector('.wac-part-where').textContent = headingOf(target);
  }

  async cancel({ currentTarget }) {
    const button = currentTarget;
    button.disabled = true;
    this.statusTarget.textContent = this.stoppingValue;
    try {
      await post(button.dataset.url, {});
      this.statusTarget.textContent = '';
    } catch {
      this.statusTarget.textContent = this.failedValue;
      button.disabled = false;
    }
    this.loadAnew();
  }
}

let lastFocused;

function isField(name) {
  return Boolean(window.wagtail.editHandler?.getPanelByName(name));
}

function headingOf(target) {
  const panel = target.closest('[data-panel]');
  return panel?.querySelector('[data-panel-heading-text]')?.textContent.trim() ?? '';
}

window.wagtail.app.register('wac-activity', ActivityController);
