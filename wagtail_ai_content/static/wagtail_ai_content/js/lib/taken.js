/**
 * Which changes of which AI versions are in the form: ids by version. Pure.
 */

/** @typedef {Record<string, string[]>} Taken */

/**
 * @param {Taken} taken
 * @param {Taken} more
 * @returns {Taken}
 */
export function merged(taken, more) {
  const result = { ...taken };
  Object.entries(more).forEach(([version, ids]) => {
    result[version] = [...new Set([...(taken[version] ?? []), ...ids])].sort();
  });
  return result;
}

/**
 * `taken` without `less`; versions stay, with no ids, so that the server hears that nothing of them is left.
 *
 * @param {Taken} taken
 * @param {Taken} less
 * @returns {Taken}
 */
export function without(taken, less) {
  return Object.fromEntries(
    Object.entries(taken).map(([version, ids]) => [version, ids.filter((id) => !less[version]?.includes(id))]),
  );
}
