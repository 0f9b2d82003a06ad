/**
 * The texts in the edit form: where each stands, what is in it, and putting something else in.
 *
 * @typedef {object} Field
 * @property {string} path `title`, or `body.<block id>.<struct key>`.
 * @property {string} place The same with the types of the blocks for their ids.
 * @property {object} widget Wagtail's bound widget.
 * @property {HTMLElement} element Around all of the field: errors, help, input.
 */

import { stable } from './tokens.js';

const COMMENT = 'COMMENT-';

/**
 * The texts that stand at any of `places` now, however deep in StreamFields.
 *
 * @param {Record<string, object>} places
 * @returns {Map<string, Field>} By path.
 */
export function textsIn(places) {
  const found = new Map();
  new Set(Object.keys(places).map((place) => place.split('.')[0])).forEach((name) => {
    const widget = boundWidget(name);
    const element = document.querySelector(`form[data-edit-form] [data-contentpath="${CSS.escape(name)}"]`);
    if (widget) walk(widget, { path: name, place: name, element, places, found });
  });
  return found;
}

function boundWidget(name) {
  try {
    return window.wagtail.editHandler?.getPanelByName(name)?.getBoundWidget();
  } catch {
    return null; // the field is not in this form
  }
}

function walk(part, { path, place, element, places, found }) {
  if (part.children) {
    part.children.filter(({ id }) => id).forEach(({ id, type, block }) => {
      const inner = part.blockDef.childBlockDef ? place : `${place}.${type}`;
      walk(block, { path: `${path}.${id}`, place: inner, element: null, places, found });
    });
  } else if (part.childBlocks) {
    Object.entries(part.childBlocks).forEach(([key, block]) => {
      walk(block, { path: `${path}.${key}`, place: `${place}.${key}`, element: null, places, found });
    });
  } else if (place in places) {
    const field = part.field ?? element;
    const widget = part.widget ?? part;
    if (field?.querySelector && widget.input) found.set(path, { path, place, widget, element: field });
  }
}

/** Whether the text is edited with Draftail. */
export function isRich({ widget }) {
  return Boolean(widget.input.draftailEditor);
}

/**
 * What stands in a field now.
 *
 * @returns {{text: string} | {content: object}} A plain text, or a raw content state.
 */
export function valueOf(field) {
  if (!isRich(field)) return { text: field.widget.input.value };
  return { content: window.DraftJS.convertToRaw(field.widget.getState().getCurrentContent()) };
}

export function isEmpty(value) {
  if ('text' in value) return !value.text.trim();
  return value.content.blocks.every(({ type, text }) => type !== 'atomic' && !text.trim());
}

export function isSameValue(one, other) {
  return stable(one) === stable(other);
}

/**
 * What is selected in a field; null when nothing is.
 *
 * @returns {{start: object | number, end: object | number} | null} Numbers for plain text; `{key, offset}` for rich.
 */
export function selectionIn(field) {
  if (isRich(field)) return richSelection(field.widget.getState());
  const { selectionStart: start, selectionEnd: end, value } = field.widget.input;
  return end > start && value.slice(start, end).trim() && end - start < value.length ? { start, end } : null;
}

function richSelection(state) {
  const selection = state.getSelection();
  if (selection.isCollapsed()) return null;
  return {
    start: { key: selection.getStartKey(), offset: selection.getStartOffset() },
    end: { key: selection.getEndKey(), offset: selection.getEndOffset() },
  };
}

/** A content state without the marks of comments: they are nobody's business but this page's. */
export function sendable({ blocks, entityMap }) {
  return {
    blocks: blocks.map((block) => ({
      ...block,
      inlineStyleRanges: block.inlineStyleRanges.filter(({ style }) => !style.startsWith(COMMENT)),
    })),
    entityMap,
  };
}

/**
 * Put a text in, as one step that undo takes back.
 *
 * @param {Field} field
 * @param {{text: string} | {content: object}} value
 */
export function putIn(field, value) {
  if ('content' in value) putInRich(field.widget, value.content);
  else putInPlain(field.widget.input, value.text);
}

/** Paragraphs that are what they were stay the very same, so that nothing about them is drawn or saved anew. */
function putInRich(widget, raw) {
  const { ContentState, EditorState, convertFromRaw, convertToRaw } = window.DraftJS;
  const state = widget.getState();
  const now = state.getCurrentContent();
  const resolved = (content) => new Map(content.blocks.map((block) => [block.key, shown(block, content.entityMap)]));
  const [before, after] = [resolved(convertToRaw(now)), resolved(raw)];
  const blocks = convertFromRaw(raw).getBlocksAsArray().map((block) => {
    const key = block.getKey();
    return before.has(key) && before.get(key) === after.get(key) ? now.getBlockForKey(key) : block;
  });
  const next = ContentState.createFromBlockArray(blocks, now.getEntityMap());
  widget.setState(EditorState.push(state, next, 'insert-fragment'));
}

/** A block as one string that is equal where nobody would see a difference. */
function shown({ text, type, depth, data, inlineStyleRanges, entityRanges }, entities) {
  const styles = inlineStyleRanges.map(({ offset, length, style }) => `${style} ${offset} ${length}`).sort();
  const links = entityRanges.map(({ offset, length, key }) => [offset, length, entities[key]]);
  return stable([text, type, depth, data, styles, links]);
}

/** As typing would: what else on the page follows the field (a slug, a counter) hears of it, and the browser can undo it. */
function putInPlain(input, text) {
  input.focus();
  input.select();
  const done = text ? document.execCommand('insertText', false, text) : document.execCommand('delete');
  if (!done || input.value !== text) {
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  ['keyup', 'change'].forEach((name) => input.dispatchEvent(new Event(name, { bubbles: true })));
}
