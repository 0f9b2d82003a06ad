/**
 * Counting and wording of decisions. Pure.
 */

/**
 * @param {string[]} choices One value for each undecided change: `accept`, `edit`, `reject` or ''.
 * @returns {{accepted: number, rejected: number, undecided: number}}
 */
export function tally(choices) {
  const accepted = choices.filter((choice) => choice === 'accept' || choice === 'edit').length;
  const rejected = choices.filter((choice) => choice === 'reject').length;
  return { accepted, rejected, undecided: choices.length - accepted - rejected };
}

/**
 * Fill the `%(name)s` placeholders of a translated text.
 *
 * @param {string} template
 * @param {Record<string, string | number>} values
 */
export function fill(template, values) {
  return template.replace(/%\((\w+)\)s/g, (placeholder, name) => String(values[name] ?? placeholder));
}

/**
 * The index `step` away from `current` in a list of `length`, staying inside it; -1 stands before the first.
 */
export function moved(current, step, length) {
  return Math.min(Math.max(current + step, 0), length - 1);
}
