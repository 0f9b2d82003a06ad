/**
 * An AI's text for a field, compared with what stands there. Pure.
 *
 * @typedef {{text: string} | {content: object}} Value
 * @typedef {{start: object | number, end: object | number} | null} Selection
 */

import { cutOut, ofWords, spliced } from './fragment.js';
import { chosen, compared, content, framed, isChange } from './hunks.js';
import { ofContent, ofText } from './tokens.js';

/**
 * What is sent of a field: the selection, or all of it.
 *
 * @param {Value} value
 * @param {Selection} selection
 * @returns {Value | null} Null where the selection is not there any more.
 */
export function askedAbout(value, selection) {
  if (!selection) return value;
  if ('text' in value) return { text: value.text.slice(...ofWords(value.text, selection.start, selection.end)) };
  const parts = cutOut(value.content, selection.start, selection.end);
  return parts && { content: parts.selected };
}

/**
 * @param {Value} value What stands in the field now.
 * @param {Value} option What the AI wrote.
 * @param {object} how
 * @param {Selection} how.selection What it was asked about.
 * @param {boolean} how.adds The AI wrote what follows the text, not another text.
 * @returns {import('./hunks.js').Segment[] | null} Null where the selection is not there any more.
 */
export function proposed(value, option, { selection, adds }) {
  if ('text' in value) return plain(value.text, option.text, { selection, adds });
  if (!selection) {
    const old = ofContent(value.content);
    const now = ofContent(option.content);
    return compared(old, adds ? [...old, ...now] : now);
  }
  const parts = cutOut(value.content, selection.start, selection.end);
  if (!parts) return null;
  const { before, old, now, after } = spliced(parts, option.content);
  return framed(compared(old, now), { before, after });
}

function plain(text, written, { selection, adds }) {
  if (adds) return compared(ofText(text), ofText(text + (/\s$/.test(text) || !text ? '' : ' ') + written));
  if (!selection) return compared(ofText(text), ofText(written));
  const [start, end] = ofWords(text, selection.start, selection.end);
  const segments = compared(ofText(text.slice(start, end)), ofText(written));
  return framed(segments, { before: ofText(text.slice(0, start)), after: ofText(text.slice(end)) });
}

/**
 * The field's value with what was chosen.
 *
 * @param {Value} value As it was given to `proposed`; says which form is wanted.
 * @param {() => string} newKey
 * @returns {Value}
 */
export function taken(value, segments, choices, newKey) {
  const tokens = chosen(segments, choices);
  if ('content' in value) return { content: content(tokens, newKey) };
  return { text: tokens.map(({ text }) => text).join('') };
}

/** All changes taken. */
export function everything(segments) {
  return new Map(segments.filter(isChange).map(({ id }) => [id, { take: true }]));
}
