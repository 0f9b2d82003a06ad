/**
 * The part of a content state that is selected, and a new text put in its place. Pure.
 *
 * @typedef {{key: string, offset: number}} Point A block and a place in its text.
 */

import { blockToken, ofContent } from './tokens.js';

/**
 * @param {{blocks: object[], entityMap: object}} raw
 * @param {Point} start
 * @param {Point} end
 * @returns {{before: object, selected: object, after: object, inside: boolean, open: boolean} | null} Three content states;
 *   `inside`: the selection begins within a block, `open`: it ends within one. Null where a block is not there any more.
 */
export function cutOut(raw, start, end) {
  const first = raw.blocks.findIndex(({ key }) => key === start.key);
  const last = raw.blocks.findIndex(({ key }) => key === end.key);
  if (first === -1 || last === -1 || raw.blocks[first].text.length < start.offset || raw.blocks[last].text.length < end.offset) return null;
  const state = (blocks) => ({ blocks, entityMap: raw.entityMap });
  const inside = start.offset > 0;
  const open = end.offset < raw.blocks[last].text.length;
  const selected = raw.blocks.slice(first, last + 1).map((block, index, all) =>
    piece(block, index ? 0 : start.offset, index === all.length - 1 ? end.offset : block.text.length),
  );
  return {
    before: state([...raw.blocks.slice(0, first), ...(inside ? [piece(raw.blocks[first], 0, start.offset)] : [])]),
    selected: state(selected),
    after: state([...(open ? [piece(raw.blocks[last], end.offset)] : []), ...raw.blocks.slice(last + 1)]),
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
  return {
    before: inside || !part ? ofContent(before) : [...ofContent(before), old[0]],
    old: inside || part ? old.slice(1) : old,
    now: [...(joins ? now.slice(1) : now), ...(closes ? [blockToken({ type: lead.type, depth: lead.depth, data: lead.data })] : [])],
    after: tail,
  };
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
