/**
 * An AI's text for a field, compared with what stands there. Pure.
 *
 * @typedef {{text: string} | {content: object}} Value
 * @typedef {{start: Point | number, end: Point | number} | null} Selection
 * @typedef {{key: string, offset: number}} Point A block and a place in its text.
 */

import { chosen, compared, content, framed, isChange } from './hunks.js';
import { blockToken, ofContent, ofText } from './tokens.js';

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

// The selection in a content state

/**
 * The part of a content state that is selected, and what is around it.
 *
 * @param {{blocks: object[], entityMap: object}} raw
 * @param {Point} start
 * @param {Point} end
 * @returns {{before: object, selected: object, after: object, inside: boolean, open: boolean} | null} Three content states;
 *   `inside`: the selection begins within a block, `open`: it ends within one. Null where a block is not there any more.
 */
export function cutOut(raw, start, end) {
  const [begin, finish] = [start, end].map(({ key }) => raw.blocks.findIndex((block) => block.key === key));
  if (begin === -1 || finish === -1) return null;
  if (raw.blocks[begin].text.length < start.offset || raw.blocks[finish].text.length < end.offset) return null;
  const { first, from, last, to } = narrowed(raw.blocks, { first: begin, from: start.offset, last: finish, to: end.offset });
  const state = (blocks) => ({ blocks, entityMap: raw.entityMap });
  const inside = from > 0;
  const open = to < raw.blocks[last].text.length;
  const selected = raw.blocks.slice(first, last + 1).map((block, index, all) =>
    piece(block, index ? 0 : from, index === all.length - 1 ? to : block.text.length),
  );
  return {
    before: state([...raw.blocks.slice(0, first), ...(inside ? [piece(raw.blocks[first], 0, from)] : [])]),
    selected: state(selected),
    after: state([...(open ? [piece(raw.blocks[last], to)] : []), ...raw.blocks.slice(last + 1)]),
    inside,
    open,
  };
}

/**
 * The tokens around the selection, of the selection, and of what comes in its place, so that each can follow the other.
 *
 * @param {ReturnType<typeof cutOut>} parts
 * @param {object} result A content state.
 */
export function spliced({ before, selected, after, inside, open }, result) {
  const old = ofContent(selected);
  const now = ofContent(result);
  const type = selected.blocks[0].type;
  const part = (inside || open) && selected.blocks.length === 1 && result.blocks.length === 1;
  const joins = part || (inside && [type, 'unstyled'].includes(result.blocks[0]?.type));
  const tail = open ? ofContent(after).slice(1) : ofContent(after);
  const lead = selected.blocks.at(-1);
  const closes = open && !part && result.blocks.length > 0 && !['unstyled', lead.type].includes(result.blocks.at(-1).type);
  const gap = closes && tail[0]?.kind === 'inline' && !tail[0].text.trim() ? 1 : 0; // no block begins with a space
  return {
    before: inside || !part ? ofContent(before) : [...ofContent(before), old[0]],
    old: [...(inside || part ? old.slice(1) : old), ...tail.slice(0, gap)],
    now: [...(joins ? now.slice(1) : now), ...(closes ? [blockToken({ type: lead.type, depth: lead.depth, data: lead.data })] : [])],
    after: tail.slice(gap),
  };
}

/**
 * The stretch of a text without the spaces at its ends: answers have none there.
 *
 * @returns {[number, number]}
 */
export function ofWords(text, from, to) {
  const words = text.slice(from, to);
  const start = from + words.length - words.trimStart().length;
  return [start, start + words.trim().length];
}

/**
 * A selection from its first word to its last; as it is where it has none.
 *
 * Three clicks end at the start of the next paragraph, and the end of a line is behind the picture that follows: that
 * paragraph and that picture have no part in it.
 */
function narrowed(blocks, { first, from, last, to }) {
  const stretches = blocks.slice(first, last + 1).map(({ type, text }, index, all) => {
    const [start, end] = [index ? 0 : from, index === all.length - 1 ? to : text.length];
    return type === 'atomic' ? [start, start] : ofWords(text, start, end);
  });
  const hasWords = ([start, end]) => end > start;
  const [head, tail] = [stretches.findIndex(hasWords), stretches.findLastIndex(hasWords)];
  if (head === -1) return { first, from, last, to };
  return { first: first + head, from: stretches[head][0], last: first + tail, to: stretches[tail][1] };
}

/** The characters of a block from `start` to `end`, with their styles and entities. */
function piece(block, start, end = block.text.length) {
  const within = (range) => {
    const offset = Math.max(range.offset, start);
    return { ...range, offset: offset - start, length: Math.min(range.offset + range.length, end) - offset };
  };
  const kept = (found = []) => found.map(within).filter(({ length }) => length > 0);
  return {
    ...block,
    text: block.text.slice(start, end),
    inlineStyleRanges: kept(block.inlineStyleRanges),
    entityRanges: kept(block.entityRanges),
  };
}
