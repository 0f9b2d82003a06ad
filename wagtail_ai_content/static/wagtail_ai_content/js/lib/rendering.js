/**
 * A difference as it is read: paragraphs, with what goes and what comes marked.
 */

import { isChange } from './hunks.js';
import { part } from './parts.js';
import { readMark } from './tokens.js';

const MARK = '¶';
/** What a person sees of styles; others are named where they change. */
const TAGS = { BOLD: 'strong', ITALIC: 'em', CODE: 'code', SUPERSCRIPT: 'sup', SUBSCRIPT: 'sub', STRIKETHROUGH: 's' };

/**
 * @param {import('./hunks.js').Segment[]} segments
 * @param {object} how
 * @param {Record<string, string>} how.names Of formats: types of blocks, styles and entities.
 * @param {boolean} [how.onlyNew] Show what comes alone, and unmarked.
 * @returns {HTMLElement[]} Each piece of a change has its number in `data-change`.
 */
export function rendered(segments, { names, onlyNew = false }) {
  const page = new Page(names);
  segments.forEach((segment) => {
    if (!isChange(segment) || onlyNew) page.write(segment.now);
    else if (segment.kind === 'mark') page.write(segment.now, 'ins', segment);
    else page.change(segment);
  });
  return page.blocks;
}

/** What a mark or a change of format brings, in words; empty for a change of words. */
export function formatsOf({ kind, added, old, now }, names) {
  if (kind === 'mark') return added.map((name) => names[name] ?? name);
  const isFormat = old.length === 1 && now.length === 1 && old[0].kind === 'block' && now[0].kind === 'block';
  return isFormat ? [names[now[0].block.type] ?? now[0].block.type] : [];
}

class Page {
  constructor(names) {
    this.names = names;
    this.blocks = [];
  }

  change(segment) {
    const [format] = formatsOf(segment, this.names);
    if (format !== undefined) {
      this.write(segment.now, 'ins', segment, format);
      return;
    }
    this.write(segment.old, 'del', segment);
    this.write(segment.now, 'ins', segment);
  }

  write(tokens, tag, segment, label = MARK) {
    const pieces = [];
    tokens.forEach((token) => {
      if (token.kind === 'inline') {
        stretches(token).forEach(([mark, text]) => add(pieces, mark, text));
        return;
      }
      this.flush(pieces.splice(0), tag, segment);
      this.begin(token);
      if (token.kind === 'atomic') add(pieces, '', this.names[typeOf(token)] ?? typeOf(token));
      else if (tag) add(pieces, '', label);
    });
    this.flush(pieces, tag, segment);
  }

  begin({ kind, block }) {
    const type = kind === 'atomic' ? 'atomic' : block.type;
    this.blocks.push(part('div', { className: 'wac-block', dataset: { type } }));
  }

  flush(pieces, tag, segment) {
    if (!pieces.length) return;
    if (!this.blocks.length) this.begin({ kind: 'block', block: { type: 'unstyled' } });
    const formats = tag === 'ins' && segment.kind === 'mark' ? formatsOf(segment, this.names) : [];
    const shown = pieces.map(([mark, text]) => styled(mark, text));
    const around = tag && part(tag, { className: 'wac-change', title: formats.join(', '), dataset: { change: segment.id, kind: segment.kind } }, ...shown);
    this.blocks.at(-1).append(...(around ? [around] : shown));
  }
}

/** The text of a token, in stretches of one mark. */
function stretches({ text, marks }) {
  const found = [];
  marks.forEach((mark, at) => add(found, mark, text[at]));
  return found;
}

function add(pieces, mark, text) {
  const last = pieces.at(-1);
  if (last?.[0] === mark) last[1] += text;
  else pieces.push([mark, text]);
}

function styled(mark, text) {
  const { styles, entity } = readMark(mark);
  const linked = entity ? part('span', { className: 'wac-linked' }, text) : text;
  return styles.filter((style) => style in TAGS).reduce((inner, style) => part(TAGS[style], {}, inner), linked);
}

/** The type of the entity that an atomic block holds. */
function typeOf({ marks }) {
  const { entity } = readMark(marks[0] ?? '');
  return entity ? JSON.parse(entity).type : MARK;
}
