import { part } from '../lib/parts.js';
import { piece } from './requests.js';

const CONTROLLERS = ['write', 'prompt', 'egress', 'suggestions', 'activity'];

/**
 * The AI side panel: loads a tab when it is opened, and keeps it from then on, whatever is saved meanwhile.
 *
 * @example
 * <div data-controller="wac-panel" data-action="w-tabs:selected->wac-panel#open">
 *   <div data-controller="w-tabs">… <section role="tabpanel" data-wac-panel-target="tab" data-url="…" hidden></section></div>
 *   <template data-wac-panel-target="loading">Loading…</template>
 * </div>
 */
class PanelController extends window.StimulusModule.Controller {
  static targets = ['tab', 'loading'];

  static values = { failed: String, again: String, refused: String };

  connect() {
    this.side = this.element.closest('[data-side-panel]');
    this.onShow = () => this.open();
    this.side?.addEventListener('show', this.onShow);
    this.open();
  }

  disconnect() {
    this.side?.removeEventListener('show', this.onShow);
  }

  /** Only what is looked at is loaded. */
  open(event) {
    if (this.side?.hidden) return;
    const id = event?.detail?.current ?? this.element.querySelector('[role="tab"][aria-selected="true"]')?.getAttribute('aria-controls');
    const tab = this.tabTargets.find((each) => each.id === id);
    if (tab && !tab.dataset.state) this.load(tab);
  }

  /** Load a tab anew, if it was loaded at all. */
  async reload(id) {
    const tab = this.tabTargets.find((each) => each.id === id);
    if (tab?.dataset.state !== 'loaded') return;
    try {
      const fresh = await piece(tab.dataset.url);
      const focused = keyOf(tab.contains(document.activeElement) ? document.activeElement : null);
      tab.replaceChildren(fresh);
      if (focused) tab.querySelector(focused)?.focus();
    } catch {
      // what was there stays; the next reload may work
    }
  }

  async load(tab) {
    tab.dataset.state = 'loading';
    tab.replaceChildren(this.loadingTarget.content.cloneNode(true));
    try {
      const fragment = await piece(tab.dataset.url);
      await ready(fragment);
      tab.replaceChildren(fragment);
      tab.dataset.state = 'loaded';
    } catch (error) {
      delete tab.dataset.state;
      this.fail(tab, error);
    }
  }

  fail(tab, { status }) {
    const again = part('button', { type: 'button', className: 'button button-small button-secondary', textContent: this.againValue });
    again.addEventListener('click', () => this.load(tab));
    const refused = status >= 400 && status < 500;
    const line = part('p', { textContent: refused ? this.refusedValue : this.failedValue });
    tab.replaceChildren(part('div', { className: 'wac-panel-body', role: 'alert' }, line, ...(refused ? [] : [again])));
  }
}

/** The other scripts of the panel come with the first tab that needs them. */
function ready(fragment) {
  const wanted = CONTROLLERS.filter((name) => fragment.querySelector(`[data-controller~="wac-${name}"]`));
  return Promise.all(wanted.map((name) => import(`./${name}_controller.js`)));
}

/** What finds an element again in its successor. */
function keyOf(element) {
  const { url } = element?.dataset ?? {};
  return url ? `[data-url="${CSS.escape(url)}"]` : '';
}

window.wagtail.app.register('wac-panel', PanelController);
