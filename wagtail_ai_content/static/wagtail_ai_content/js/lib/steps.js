/**
 * Steps that change what is in the edit form, through Wagtail's own widgets and blocks. Each gives the step that undoes it,
 * which holds what was there, so that nothing typed is lost by going back and forth.
 */

import { partAt } from './form.js';

/**
 * @param {object[]} steps As the server gives them, or as an earlier call gave them back.
 * @returns {{inverse: object[], failed: object[]}} `inverse` undoes those that were done, in this order.
 */
export function applied(steps) {
  const inverse = [];
  const failed = [];
  steps.forEach((step) => {
    try {
      inverse.unshift(DOING[step.do](step));
    } catch (error) {
      console.warn('An AI change could not be put into the form', step, error);
      failed.push(step);
    }
  });
  return { inverse, failed };
}

const DOING = {
  set({ path, state }) {
    const part = partAt(path);
    const before = part.getState();
    part.setState(state);
    part.input?.dispatchEvent(new Event('input', { bubbles: true }));
    return { do: 'set', path, state: before };
  },

  rewrite({ path, hunks, entityMap, exchanges }) {
    const widget = partAt(path);
    const state = widget.getState();
    const content = state.getCurrentContent();
    const undone = [];
    let paragraphs = content.getBlocksAsArray();
    (exchanges ?? hunks.map((hunk) => read(hunk, entityMap))).forEach((exchange) => {
      const result = exchanged(paragraphs, renamed(exchange, paragraphs), keyOf);
      paragraphs = result.paragraphs;
      undone.unshift(result.inverse);
    });
    const { ContentState, EditorState } = window.DraftJS;
    const next = ContentState.createFromBlockArray(paragraphs.length ? paragraphs : [emptyParagraph()], content.getEntityMap());
    widget.setState(EditorState.push(state, next, 'insert-fragment'));
    return { do: 'rewrite', path, exchanges: undone };
  },

  insert({ path, id, type, state, after }) {
    const sequence = partAt(path);
    const at = behind(sequence.children, after, idOf);
    if (sequence.blockDef.childBlockDef) {
      sequence.insert(state, at, { id });
    } else {
      sequence.insert({ type, value: state, id }, at);
    }
    return { do: 'delete', path, id };
  },

  delete({ path, id }) {
    const sequence = partAt(path);
    const at = indexOf(sequence, id);
    const { type, value } = sequence.children[at].getState();
    sequence.deleteBlock(at);
    return { do: 'insert', path, id, type, state: value, after: idBefore(sequence, at) };
  },

  move({ path, id, after }) {
    const sequence = partAt(path);
    const from = indexOf(sequence, id);
    const before = idBefore(sequence, from);
    const to = behind(sequence.children, after, idOf);
    sequence.moveBlock(from, to > from ? to - 1 : to);
    return { do: 'move', path, id, after: before };
  },
};

const keyOf = (paragraph) => paragraph.getKey();
const idOf = (child) => child.id;

function indexOf(sequence, id) {
  const found = sequence.children.findIndex((child) => child.id === id);
  if (found === -1) throw new Error(`There is no block ${id}`);
  return found;
}

function idBefore(sequence, index) {
  return index > 0 ? sequence.children[index - 1].id : null;
}

function read({ after, remove, blocks }, entityMap) {
  const insert = blocks.length ? window.DraftJS.convertFromRaw({ blocks, entityMap }).getBlocksAsArray() : [];
  return { after, remove, insert };
}

/** The exchange with other keys for paragraphs whose key is taken by one that stays. */
function renamed(exchange, paragraphs) {
  const removed = new Set(exchange.remove);
  const taken = new Set(paragraphs.map(keyOf).filter((key) => !removed.has(key)));
  const insert = exchange.insert.map((paragraph) =>
    taken.has(keyOf(paragraph)) ? paragraph.set('key', window.DraftJS.genKey()) : paragraph,
  );
  return { ...exchange, insert };
}

function emptyParagraph() {
  return window.DraftJS.ContentState.createFromText('').getFirstBlock();
}

/**
 * @template T
 * @typedef {{after: string | null, remove: string[], insert: T[]}} Exchange
 *   `after`: key of the paragraph in front, null at the start; `remove`: keys; `insert`: paragraphs, with keys of their own.
 */

/**
 * A run of paragraphs exchanged in a list, and the exchange that undoes it. What was typed in other paragraphs since the keys
 * were read stays: only those named are taken out. Pure.
 *
 * @template T
 * @param {T[]} paragraphs
 * @param {Exchange<T>} exchange
 * @param {(paragraph: T) => string} keyOf
 * @returns {{paragraphs: T[], inverse: Exchange<T>}}
 */
export function exchanged(paragraphs, { after, remove, insert }, keyOf) {
  const removed = new Set(remove);
  const isRemoved = (paragraph) => removed.has(keyOf(paragraph));
  const rest = paragraphs.filter((paragraph) => !isRemoved(paragraph));
  const first = paragraphs.findIndex(isRemoved);
  const at = first === -1 ? behind(rest, after, keyOf) : first;
  return {
    paragraphs: [...rest.slice(0, at), ...insert, ...rest.slice(at)],
    inverse: {
      after: at > 0 ? keyOf(rest[at - 1]) : null,
      remove: insert.map(keyOf),
      insert: paragraphs.filter(isRemoved),
    },
  };
}

/**
 * The index behind the member of that key; the start for null, the end where it is not there any more. Pure.
 *
 * @template T
 * @param {T[]} members
 * @param {string | null} key
 * @param {(member: T) => string} keyOf
 */
export function behind(members, key, keyOf) {
  if (key === null) return 0;
  const found = members.findIndex((member) => keyOf(member) === key);
  return found === -1 ? members.length : found + 1;
}
