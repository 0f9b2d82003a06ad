import { fill } from '../lib/decisions.js';
import { editForm, saveSoon } from '../lib/form.js';
import { part } from '../lib/parts.js';
import { applied } from '../lib/steps.js';

/**
 * A place that a person and AI both changed: both texts, and either can be put into the form, again and again.
 *
 * @example
 * <section data-controller="wac-conflict" data-side="mine" tabindex="-1">
 *   <p data-wac-conflict-target="mine"></p> <button type="button" data-action="wac-conflict#keep">Keep mine</button>
 *   <p data-wac-conflict-target="ai"></p> <button type="button" data-action="wac-conflict#use">Use AI's</button>
 * </section>
 * @fires wac-conflict:chosen on the document, with `side` and `taken`, the changes that come and go with the AI's.
 */
class ConflictController extends window.StimulusModule.Controller {
  static targets = ['heading', 'mine', 'ai', 'keep', 'use', 'status'];

  static values = { heading: String, mine: String, ai: String, gone: String };

  connect() {
    const { label, mine, ai, steps } = this.element.wagtailAIConflict;
    this.steps = steps;
    this.headingTarget.textContent = fill(this.headingValue, { label });
    this.mineTarget.replaceChildren(...marked(mine));
    this.aiTarget.replaceChildren(...marked(ai));
  }

  keep() {
    this.choose('mine');
  }

  use() {
    this.choose('ai');
  }

  choose(side) {
    if (side !== this.element.dataset.side) {
      const { inverse, failed } = applied(this.steps);
      this.steps = inverse;
      if (failed.length) {
        this.statusTarget.textContent = this.goneValue;
        return;
      }
      this.element.dataset.side = side;
      this.dispatch('chosen', { target: document, detail: { side, taken: this.element.wagtailAIConflict.taken } });
      saveSoon(editForm());
    }
    this.keepTarget.setAttribute('aria-pressed', String(side === 'mine'));
    this.useTarget.setAttribute('aria-pressed', String(side === 'ai'));
    this.statusTarget.textContent = side === 'ai' ? this.aiValue : this.mineValue;
  }
}

const FRAMES = { same: 'span', added: 'ins', removed: 'del' };

function marked(runs) {
  return runs.map(([kind, text]) => part(FRAMES[kind], {}, text));
}

window.wagtail.app.register('wac-conflict', ConflictController);
