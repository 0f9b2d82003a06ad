/**
 * A block in Wagtail's form and the stream around it: its place, what is there, what there is room for.
 */

/**
 * The place of a content path: the types of the blocks for their ids, and nothing for the items of a list. Pure.
 *
 * @param {string} path
 * @param {object} field The bound widget of the field.
 */
export function placeOf(path, field) {
  const [name, ...keys] = path.split('.');
  let [place, part] = [name, field];
  keys.forEach((key) => {
    const child = part.children?.find(({ id }) => id === key);
    if (child && !part.blockDef.childBlockDef) place += `.${child.type}`;
    if (!child) place += `.${key}`;
    part = child ? child.block : part.childBlocks[key];
  });
  return place;
}

/** How many blocks of each type a stream holds. Pure. */
export function present({ children }) {
  const counts = {};
  children.forEach(({ type }) => { counts[type] = (counts[type] ?? 0) + 1; });
  return counts;
}

/**
 * Those of `blocks` that a stream has room for, in their order. Pure.
 *
 * @param {{type: string}[]} blocks
 * @param {object} stream
 */
export function fitting(blocks, stream) {
  const { maxNum, blockCounts } = stream.blockDef.meta;
  const counts = present(stream);
  let total = stream.children.length;
  return blocks.filter(({ type }) => {
    const most = blockCounts?.[type]?.max_num ?? Infinity;
    if (total >= (maxNum ?? Infinity) || (counts[type] ?? 0) >= most) return false;
    counts[type] = (counts[type] ?? 0) + 1;
    total += 1;
    return true;
  });
}

/**
 * A form state with new ids for all items in it. Pure.
 *
 * @param {*} state
 * @param {() => string} newId
 */
export function renewed(state, newId) {
  if (Array.isArray(state)) return state.map((item) => renewed(item, newId));
  if (!state || typeof state !== 'object') return state;
  const copy = Object.fromEntries(Object.entries(state).map(([key, value]) => [key, renewed(value, newId)]));
  return 'value' in state && 'id' in state ? { ...copy, id: newId() } : copy;
}

/** The words in a value of the form, in one string, whatever holds them. Pure. */
export function wordsOf(value) {
  if (Array.isArray(value)) return value.map(wordsOf).join('\n');
  if (value && typeof value === 'object') return Object.keys(value).sort().map((key) => wordsOf(value[key])).join('\n');
  return typeof value === 'string' ? textOf(value) : String(value ?? '');
}

/** Rich text stands in the form as JSON, which the editor writes anew when it is only looked at. */
function textOf(value) {
  try {
    const { blocks } = JSON.parse(value);
    return Array.isArray(blocks) ? blocks.map(({ type, text }) => `${type} ${text}`).join('\n') : value;
  } catch {
    return value;
  }
}

/**
 * The controller that knows what AI can do in this form, when it has asked; null where AI is not available.
 *
 * @returns {Promise<{opened: object, generateUrlValue: string} | null>}
 */
export async function assistant() {
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => { window.addEventListener('load', resolve, { once: true }); });
  }
  const found = window.wagtail.app.queryController('wac-assist');
  await found?.opening;
  return found?.opened ? found : null;
}
