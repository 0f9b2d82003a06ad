/**
 * Under which name a place in the form is known to provenance. Pure.
 */

/**
 * From the inside out: the text of a block (`<block id>.<struct key>`), the block, at last the field.
 *
 * @param {string[]} path As Wagtail writes content paths, in parts: field, block ids and struct keys.
 * @param {(name: string) => boolean} isField Whether a field of the form has that name, which a struct key may have as well.
 * @returns {string[]}
 */
export function keysOf(path, isField) {
  return path
    .flatMap((part, index) => [
      ...(index && !isField(part) ? [part] : []),
      ...(index > 1 ? [`${path[index - 1]}.${part}`] : []),
      ...(index ? [] : [part]),
    ])
    .reverse();
}
