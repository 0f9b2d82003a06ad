/** Content states for the tests, written shortly. */

let number = 0;

/** A block of a content state; `marks` are `[style, offset, length]`, `links` `[key, offset, length]`. */
export function block(text, { type = 'unstyled', depth = 0, key = `k${(number += 1)}`, marks = [], links = [], data = {} } = {}) {
  return {
    key, text, type, depth, data,
    inlineStyleRanges: marks.map(([style, offset, length]) => ({ style, offset, length })),
    entityRanges: links.map(([entity, offset, length]) => ({ key: entity, offset, length })),
  };
}

export function state(...blocks) {
  return { blocks, entityMap: {} };
}

/** Keys `n1`, `n2`… for new blocks. */
export function keys() {
  let count = 0;
  return () => `n${(count += 1)}`;
}
