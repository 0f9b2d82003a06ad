import { age, ask, filled } from '../lib/ask.js';
import { editForm, openObject, sessionElement } from '../lib/form.js';

const EVERY = 4000;

/**
 * Learns that AI wrote something for the page that is open, and puts the notice about it into the edit form.
 *
 * It asks when Wagtail's editing session has pinged, and after autosaves (while somebody types there are no pings), so it
 * is silent where Wagtail is: in hidden tabs, and on pages that are not edited. What takes it in is loaded when something comes.
 *
 * @example
 * <div data-controller="wac-arrivals" data-action="w-swap:json@document->wac-arrivals#ask"
 *   data-wac-arrivals-url-value="/admin/ai-editor/APP/MODEL/OBJECT/news/">
 *   <template data-wac-arrivals-target="notice">…</template>
 *   <template data-wac-arrivals-target="conflict">…</template>
 * </div>
 * @fires wac-arrivals:arrived on the document, with `versions`, the template of a `conflict`, and when the form was last `saved`.
 */
class ArrivalsController extends window.StimulusModule.Controller {
  static targets = ['notice', 'conflict'];

  static values = { url: String };

  connect() {
    this.known = [];
    this.last = 0;
    this.asking = false;
    this.refused = false;
    this.loaded = editForm()?.elements.namedItem('loaded_revision_id')?.value ?? '';
    this.saved = editForm()?.elements.namedItem('loaded_revision_created_at')?.value ?? '';
  }

  ask(event) {
    if (event.type === 'w-autosave:success') this.saved = event.detail.response.revision_created_at ?? this.saved;
    if (event.type === 'w-swap:json' && event.target !== sessionElement()) return;
    if (Date.now() - this.last >= EVERY) this.askNow();
  }

  async askNow() {
    const object = openObject();
    const form = editForm();
    if (!object || !form || this.asking || this.refused) return;
    this.asking = true;
    this.last = Date.now();
    this.place(form);
    try {
      const query = { age: age(), loaded: this.loaded, known: this.known.join(',') };
      const answer = await ask(filled(this.urlValue, object), query);
      if (answer) await this.tell(answer.versions);
    } catch (error) {
      this.refused = error.message.startsWith('40');
    } finally {
      this.asking = false;
    }
  }

  /** The notice is in the form, empty, before there is anything to tell: only then screen readers hear of it. */
  place(form) {
    if (form.querySelector('[data-controller~="wac-taking"]')) return;
    form.prepend(this.noticeTarget.content.cloneNode(true));
  }

  async tell(versions) {
    await Promise.all([import('./taking_controller.js'), import('./conflict_controller.js')]);
    this.known.push(...versions.map((version) => version.id));
    this.dispatch('arrived', { target: document, detail: { versions, conflict: this.conflictTarget, saved: this.saved } });
  }
}

window.wagtail.app.register('wac-arrivals', ArrivalsController);
