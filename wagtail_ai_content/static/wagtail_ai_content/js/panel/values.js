/**
 * What people filled in for the variables of a prompt, as values of their types. Pure, but for reading the inputs.
 */

/**
 * @param {HTMLElement} within With `[data-type]` around each input.
 * @returns {Record<string, unknown>} By name; what was left empty is left out.
 */
export function valuesIn(within) {
  const given = {};
  within.querySelectorAll('[data-type]').forEach((field) => {
    const input = field.querySelector('[name]');
    const value = valueOf(field.dataset.type, input.type === 'checkbox' ? input.checked : input.value);
    if (value !== undefined) given[input.name] = value;
  });
  return given;
}

/**
 * @param {string} type Of the variable.
 * @param {string | boolean} given What is in the input.
 * @returns {unknown} `undefined` for nothing. What cannot be read is sent as it is, for the server to say what is wrong.
 */
export function valueOf(type, given) {
  if (type === 'boolean') return Boolean(given);
  const text = String(given).trim();
  if (!text) return undefined;
  if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'list') return text.split('\n').map((line) => line.trim()).filter(Boolean);
  return type === 'object' ? parsed(text) : text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
