/**
 * Two texts as stretches that are the same and changes that can be taken or left, and the text that comes of what was
 * chosen. Pure.
 *
 * Words that survive keep their own marks (bold, links, comments). A mark that only the new text has is a change of its
 * own; one that it has not is kept: nobody asked for it to go.
 *
 * @typedef {import('./tokens.js').Token} Token
 * @typedef {object} Segment
 * @property {'same' | 'change' | 'mark'} kind
 * @property {number} [id] Of a change or a mark, counted from 1.
 * @property {Token[]} old
 * @property {Token[]} now For `mark` the old tokens with the marks united.
 * @property {string[]} [added] For `mark`: the styles, and the types of entities, that come.
 *
 * @typedef {{take: boolean, words?: string}} Choice `words`: what a person wrote instead of the change's new text.
 */

import { differences, trimmed } from './diff.js';
import { blockToken, markOf, ofText, readMark, stable } from './tokens.js';

const COMMENT = 'COMMENT-';
/** A stretch of so few letters between two changes belongs to them: one change reads better than three. */
const GLUE = 2;
/** A text of which less than this part survives is shown as one change. */
const KEPT = 0.25;
/** Words in a row that say that a text is still the same. */
const RUN = 3;

/** @returns {Segment[]} */
export function compared(old, now) {
  const [mine, theirs] = [old, now].map((tokens) => tokens.map(({ key }) => key));
  const found = differences(keysOf(old), keysOf(now))
    .map((change) => trimmed(mine, theirs, change))
    .filter(([start, end, from, to]) => start < end || from < to);
  const kept = carried(found, old, now);
  const changes = gathered(found, old, now);
  const segments = [];
  let [here, there] = [0, 0];
  changes.forEach(([start, end, from, to]) => {
    segments.push(...same(old.slice(here, start), now.slice(there, from)));
    segments.push({ kind: 'change', old: old.slice(start, end), now: kept.slice(from, to) });
    [here, there] = [end, to];
  });
  segments.push(...same(old.slice(here), now.slice(there)));
  return numbered(segments);
}

/** The segments, with tokens that nobody asked about in front and behind. */
export function framed(segments, { before = [], after = [] }) {
  const kept = (tokens) => (tokens.length ? [{ kind: 'same', old: tokens, now: tokens }] : []);
  return [...kept(before), ...segments, ...kept(after)];
}

export function isChange({ kind }) {
  return kind !== 'same';
}

/** Whether so little of the old text stays that the new one is read alone. */
export function isNewText(segments) {
  const [changes, same] = [segments.filter(isChange), segments.filter((segment) => !isChange(segment))];
  const count = (found, side) => letters(found.flatMap((segment) => segment[side]));
  const [kept, gone, come] = [count(same, 'old'), count(changes, 'old'), count(changes, 'now')];
  return come > 0 && kept <= KEPT * Math.min(kept + gone, kept + come);
}

/**
 * The tokens for a set of choices: changes that are not in it, or not taken, stay as they were.
 *
 * @param {Segment[]} segments
 * @param {Map<number, Choice>} choices
 * @returns {Token[]}
 */
export function chosen(segments, choices) {
  const pieces = segments.map((segment) => pieceOf(segment, choices.get(segment.id)));
  keepComments(segments, pieces);
  return pieces.flat();
}

/** What a person reads in tokens; blocks are lines. */
export function textOf(tokens) {
  const text = tokens.map(({ kind, text: words }) => (kind === 'inline' ? words : '\n')).join('');
  return tokens[0]?.kind === 'inline' ? text : text.slice(1);
}

/**
 * The tokens as a raw content state. Blocks that are kept have their key; new ones get one that is not taken.
 *
 * @param {Token[]} tokens
 * @param {() => string} newKey
 */
export function content(tokens, newKey) {
  const taken = new Set();
  const entities = new Map();
  const blocks = [];
  if (tokens[0]?.kind !== 'block' && tokens[0]?.kind !== 'atomic') open(blocks, blockToken({ type: 'unstyled' }), { taken, newKey });
  tokens.forEach((token) => {
    if (token.kind !== 'inline') {
      open(blocks, token, { taken, newKey });
    } else {
      if (blocks.at(-1).type === 'atomic') open(blocks, blockToken({ type: 'unstyled' }), { taken, newKey });
      blocks.at(-1).text += token.text;
      blocks.at(-1).marks.push(...token.marks);
    }
  });
  return { blocks: blocks.map((block) => raw(block, entities)), entityMap: entityMap(entities) };
}

// Comparing

/** A space belongs to the word behind it: any two texts share their spaces, and words would be matched by them. */
function keysOf(tokens) {
  return tokens.map(({ key, text }, at) => (text && !text.trim() ? `${key}${tokens[at + 1]?.key ?? ''}` : key));
}

/** The new tokens; those that are old ones with what the old have: their marks, keys, entities. */
function carried(changes, old, now) {
  const result = [...now];
  let [here, there] = [0, 0];
  [...changes, [old.length, old.length, now.length, now.length]].forEach(([start, end, from, to]) => {
    for (let at = 0; here + at < start; at += 1) result[there + at] = marked(old[here + at], now[there + at]).united;
    [here, there] = [end, to];
  });
  return result;
}

/** The changes, those that only a few letters part made one; in another text, all that no picture parts. */
function gathered(changes, old, now) {
  const isOther = changes.length > 1 && similarity(changes, old, now) < KEPT;
  const isOne = (between, ...two) => (isOther ? between.every(({ kind }) => kind !== 'atomic') : isGlue(between, ...two));
  const result = [];
  changes.forEach((change) => {
    const last = result.at(-1);
    if (last && isOne(old.slice(last[1], change[0]), last, change)) {
      [last[1], last[3]] = [change[1], change[3]];
    } else {
      result.push([...change]);
    }
  });
  return result;
}

/** Which part of the letters of the shorter text survives, in runs of words: single ones are in any two texts. */
function similarity(changes, old, now) {
  const ends = [...changes.map(([start]) => start), old.length];
  const stretches = ends.map((end, index) => old.slice(index ? changes[index - 1][1] : 0, end));
  const runs = stretches.filter((tokens) => tokens.filter(({ text }) => /[\p{L}\p{N}]/u.test(text)).length >= RUN);
  const least = Math.min(letters(old), letters(now));
  return least ? letters(runs.flat()) / least : 1;
}

function letters(tokens) {
  return tokens.reduce((sum, { text }) => sum + text.replace(/[^\p{L}\p{N}]/gu, '').length, 0);
}

/** Additions alone, and removals alone, stay apart: as one change they would hide that the words between stay. */
function isGlue(between, one, other) {
  if (between.some(({ kind, text }) => kind !== 'inline' || text === '\n')) return false;
  const replaces = ([start, end, from, to]) => end > start && to > from;
  const size = letters(between);
  return size === 0 ? replaces(one) || replaces(other) : size <= GLUE && replaces(one) && replaces(other);
}

/** What is the same, in stretches with and without marks that come; nobody sees those of spaces and signs. */
function same(old, now) {
  const segments = [];
  old.forEach((token, index) => {
    const { united, added } = marked(token, now[index]);
    const last = segments.at(-1);
    if (last && stable(last.added ?? []) === stable(added)) {
      last.old.push(token);
      last.now.push(united);
    } else {
      segments.push({ kind: added.length ? 'mark' : 'same', ...(added.length && { added }), old: [token], now: [united] });
    }
  });
  return segments.map((segment) => (segment.added && !letters(segment.old) ? { kind: 'same', old: segment.old, now: segment.old } : segment));
}

/** An old token with the marks that its twin has more; `added` names them. */
function marked(token, twin) {
  if (token.kind !== 'inline' || stable(token.marks) === stable(twin.marks)) return { united: token, added: [] };
  const added = new Set();
  const marks = token.marks.map((mark, at) => {
    const [mine, theirs] = [readMark(mark), readMark(twin.marks[at])];
    const more = theirs.styles.filter((style) => !mine.styles.includes(style) && !style.startsWith(COMMENT));
    const entity = mine.entity ?? theirs.entity;
    more.forEach((style) => added.add(style));
    if (entity !== mine.entity) added.add(JSON.parse(entity).type);
    return markOf([...mine.styles, ...more], entity);
  });
  return { united: { ...token, marks }, added: [...added].sort() };
}

function numbered(segments) {
  let id = 0;
  return segments.map((segment) => (isChange(segment) ? { ...segment, id: (id += 1) } : segment));
}

// Choosing

function pieceOf(segment, choice) {
  if (!isChange(segment) || !choice?.take) return segment.old;
  return choice.words === undefined ? segment.now : rewritten(segment, choice.words);
}

/** A person's words in the blocks that the change brings; where they are more lines than blocks, the last goes on. */
function rewritten({ old, now }, words) {
  const starts = now.filter(({ kind }) => kind === 'block');
  const inBlocks = [...old, ...now].some(({ kind }) => kind === 'block');
  if (!inBlocks) return ofText(words);
  const lead = now[0]?.kind === 'block' ? 0 : 1;
  return words.split('\n').flatMap((line, index) => {
    const start = index < lead ? null : starts[index - lead] ?? starts.at(-1) ?? blockToken({ type: 'unstyled' });
    const fresh = start && (index - lead < starts.length ? start : blockToken({ ...start.block, key: undefined }));
    return fresh ? [fresh, ...ofText(line)] : ofText(line);
  });
}

/** A comment whose every word is replaced goes to what stands there now, so that it is not lost. */
function keepComments(segments, pieces) {
  const left = new Set(pieces.flat().flatMap(commentsOf));
  segments.forEach((segment, index) => {
    if (pieces[index] === segment.old) return;
    const lost = [...new Set(segment.old.flatMap(commentsOf))].filter((style) => !left.has(style));
    if (!lost.length) return;
    const at = [index, ...around(index, pieces.length)].find((each) => pieces[each].some(({ marks, kind }) => kind === 'inline' && marks.length));
    if (at === undefined) return;
    const near = at === index ? () => true : nearest(pieces[at], at < index);
    pieces[at] = pieces[at].map((token, place) => (near(place) ? commented(token, lost) : token));
    lost.forEach((style) => left.add(style));
  });
}

/** The places before and behind `index`, nearest first. */
function around(index, length) {
  const places = [];
  for (let far = 1; far < length; far += 1) places.push(index - far, index + far);
  return places.filter((place) => place >= 0 && place < length);
}

/** Whether a token is the last (or the first) with letters of a piece. */
function nearest(piece, last) {
  const isText = ({ kind, text }) => kind === 'inline' && text.trim() !== '';
  const found = last ? piece.findLastIndex(isText) : piece.findIndex(isText);
  return (place) => place === (found === -1 ? 0 : found);
}

function commentsOf({ marks }) {
  return marks.flatMap((mark) => (mark.includes(COMMENT) ? readMark(mark).styles.filter((style) => style.startsWith(COMMENT)) : []));
}

function commented(token, more) {
  if (token.kind !== 'inline') return token;
  const marks = token.marks.map((mark) => {
    const { styles, entity } = readMark(mark);
    return markOf([...styles, ...more], entity);
  });
  return { ...token, marks };
}

// Writing a content state

function open(blocks, { block, marks, kind }, { taken, newKey }) {
  let { key } = block;
  while (!key || taken.has(key)) key = newKey();
  taken.add(key);
  const text = kind === 'atomic' ? block.text : '';
  blocks.push({ key, type: block.type, depth: block.depth, data: block.data, text, marks: [...marks] });
}

function raw({ marks, ...block }, entities) {
  const read = marks.map(readMark);
  const names = [...new Set(read.flatMap(({ styles }) => styles))];
  return {
    ...block,
    inlineStyleRanges: names.flatMap((style) => ranges(read, (mark) => mark.styles.includes(style)).map((range) => ({ ...range, style }))),
    entityRanges: entityRanges(read, entities),
  };
}

/** Stretches of characters for which `holds` is true. */
function ranges(read, holds) {
  const found = [];
  read.forEach((mark, offset) => {
    if (!holds(mark)) return;
    const last = found.at(-1);
    if (last && last.offset + last.length === offset) last.length += 1;
    else found.push({ offset, length: 1 });
  });
  return found;
}

function entityRanges(read, entities) {
  const found = [];
  [...new Set(read.map(({ entity }) => entity))].filter(Boolean).forEach((entity) => {
    if (!entities.has(entity)) entities.set(entity, entities.size);
    const key = entities.get(entity);
    found.push(...ranges(read, (mark) => mark.entity === entity).map((range) => ({ ...range, key })));
  });
  return found.sort((one, other) => one.offset - other.offset);
}

function entityMap(entities) {
  return Object.fromEntries([...entities].map(([entity, key]) => [key, JSON.parse(entity)]));
}
