/**
 * Steps that change what is in the edit form, through Wagtail's own widgets and blocks. Each gives the step that undoes it,
 * which holds what was there, so that nothing typed is lost by going back and forth.
 */

import { behind, exchanged } from './exchange.js';
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
