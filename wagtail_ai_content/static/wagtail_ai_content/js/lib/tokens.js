/**
 * A text as a row of tokens: words, spaces, signs, and one token for the start of each block. Pure.
 *
 * Works on Draft.js' raw content states and on plain texts. Each character of a token has a *mark*: its styles and its
 * entity as one string, empty for none, so that equal marks are equal strings.
 *
 * @typedef {object} Token
 * @property {'inline' | 'block' | 'atomic'} kind `atomic`: a picture, an embed, a line; the whole block is one token.
 * @property {string} key Tokens with equal keys say the same, whatever their marks.
 * @property {string} text Empty for `block` and `atomic`.
 * @property {string[]} marks One for each UTF-16 unit of the text.
 * @property {object} [block] `{key, type, depth, data}` of a block, for `block` and `atomic`; atomic ones with their `text`.
 */

const PLAIN = '';
const UNSPACED = '\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff';
const PARTS = new RegExp(
  [
    `[${UNSPACED}]`, // scripts that part no words: each character counts
    `[^\\P{L}${UNSPACED}][\\p{L}\\p{M}\\p{N}_]*(?:['’\\u200d\\u200c][\\p{L}\\p{M}\\p{N}]+)*`,
    '\\p{N}+(?:[.,:]\\p{N}+)*',
    '\\p{Extended_Pictographic}[\\u200d\\ufe0f\\p{EMod}\\p{Extended_Pictographic}]*',
    '\\n',
    '[^\\S\\n]+',
    '.',
  ].join('|'),
  'gsv',
);

/** @returns {string[]} The words, spaces and signs of a text; put together they are the text. */
export function parts(text) {
  return text.match(PARTS) ?? [];
}

/** @returns {Token[]} Of a plain text. */
export function ofText(text) {
  return parts(text).map((part) => inline(part, Array(part.length).fill(PLAIN)));
}

/** @returns {Token[]} Of a raw content state. */
export function ofContent({ blocks, entityMap }) {
  const entities = Object.fromEntries(Object.entries(entityMap ?? {}).map(([key, entity]) => [key, stable(entity)]));
  return blocks.flatMap((block) => (block.type === 'atomic' ? [atomic(block, entities)] : ofBlock(block, entities)));
}

/** The styles and the entity of a mark. */
export function readMark(mark) {
  if (mark === PLAIN) return { styles: [], entity: null };
  const [styles, entity] = JSON.parse(mark);
  return { styles, entity };
}

/** @returns {string} The mark of these styles and this entity, which is JSON or null. */
export function markOf(styles, entity) {
  return styles.length || entity ? JSON.stringify([[...new Set(styles)].sort(), entity]) : PLAIN;
}

/** JSON that is the same for equal values, whatever the order of their keys. */
export function stable(value) {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** The token that begins a block. */
export function blockToken({ key, type, depth = 0, data = {} }) {
  return { kind: 'block', key: `\u0000${type}/${depth}`, text: '', marks: [], block: { key, type, depth, data } };
}

function inline(text, marks) {
  return { kind: 'inline', key: text, text, marks };
}

function ofBlock(block, entities) {
  const marks = marksOf(block, entities);
  let at = 0;
  const words = parts(block.text).map((part) => {
    const token = inline(part, marks.slice(at, at + part.length));
    at += part.length;
    return token;
  });
  return [blockToken(block), ...words];
}

function atomic(block, entities) {
  const marks = marksOf(block, entities);
  const { key, type, depth = 0, data = {}, text } = block;
  return {
    kind: 'atomic', key: `\u0000atomic ${marks[0] ?? ''}`, text: '', marks, block: { key, type, depth, data, text },
  };
}

/** The mark of each character of a block. */
function marksOf({ text, inlineStyleRanges = [], entityRanges = [] }, entities) {
  if (!inlineStyleRanges.length && !entityRanges.length) return Array(text.length).fill(PLAIN);
  const styles = Array.from({ length: text.length }, () => []);
  const entity = Array(text.length).fill(null);
  inlineStyleRanges.forEach(({ offset, length, style }) => {
    for (let at = offset; at < offset + length && at < text.length; at += 1) styles[at].push(style);
  });
  entityRanges.forEach(({ offset, length, key }) => entity.fill(entities[key] ?? null, offset, offset + length));
  return styles.map((found, at) => markOf(found, entity[at]));
}
