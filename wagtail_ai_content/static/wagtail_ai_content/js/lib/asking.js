/**
 * What is sent when a text is asked about. Pure, but for the random key.
 */

import { sendable } from './fields.js';
import { uuid } from './generation.js';

/**
 * @param {{field: import('./fields.js').Field, asked: object, opened: object}} given The field, what was chosen in the menu
 *   or by a script, and what the server said may be asked.
 * @param {import('./proposal.js').Value} about The text.
 * @param {object} more
 * @param {string} [more.instruction] In place of that which was chosen.
 * @param {string | object} [more.earlier] The version that is to be refined.
 * @param {boolean} [more.again] Another answer is wanted than the last.
 * @param {() => string} form What the form holds, where the server has to know.
 */
export function requestFor({ field, asked, opened }, about, { instruction = '', earlier = '', again = false }, form) {
  const readsPage = asked.prompt || opened.actions.find(({ name }) => name === asked.action)?.reads_page;
  return {
    key: uuid(),
    subject: opened.subject,
    path: field.path,
    place: field.place,
    function: 'assist',
    action: asked.action,
    source: written(about),
    selected: Boolean(asked.selection),
    instruction: instruction || (asked.instruction ?? ''),
    tone: asked.tone ?? '',
    language: asked.language ?? '',
    options: earlier ? 1 : asked.options ?? 1,
    earlier,
    again,
    prompt: asked.prompt ?? '',
    variables: asked.variables ?? {},
    form: readsPage ? form() : '',
  };
}

/** A value as it is sent: a text, or a content state without comments. */
export function written(value) {
  return 'text' in value ? value.text : sendable(value.content);
}
