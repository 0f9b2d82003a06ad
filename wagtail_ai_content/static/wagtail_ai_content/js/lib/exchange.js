/**
 * Exchanging runs of paragraphs in a list, found by their keys, and the exchange that undoes it. Pure.
 *
 * What was typed in other paragraphs since the keys were read stays: only those named are taken out.
 */

/**
 * @template T
 * @typedef {{after: string | null, remove: string[], insert: T[]}} Exchange
 *   `after`: key of the paragraph in front, null at the start; `remove`: keys; `insert`: paragraphs, with keys of their own.
 */

/**
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
 * The index behind the member of that key; the start for null, the end where it is not there any more.
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
