/**
 * Which command a key press means. Pure: looks at the event, touches nothing.
 */

const COMMANDS = new Map(
  Object.entries({ j: 'next', k: 'previous', a: 'accept', r: 'reject', u: 'later', e: 'edit', '?': 'help' }),
);
const WRITING = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable="true"], [role="textbox"]';
const OWN_ENTER = 'a, button, summary, input, select, textarea';

/**
 * @param {KeyboardEvent} event
 * @param {{enabled: boolean}} options `enabled`: whether the person has keyboard shortcuts switched on.
 * @returns {string} `next`, `previous`, `accept`, `reject`, `later`, `edit`, `help`, `apply`, or '' for none of ours.
 */
export function commandOf(event, { enabled }) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return '';
  const modified = event.ctrlKey || event.metaKey;
  if (event.key === 'Enter') {
    return modified || !event.target.closest(OWN_ENTER) ? 'apply' : '';
  }
  if (!enabled || modified || event.target.closest(WRITING)) return '';
  return COMMANDS.get(event.key) ?? '';
}
