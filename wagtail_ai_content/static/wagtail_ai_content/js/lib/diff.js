/**
 * What differs between two rows of keys. Pure.
 *
 * Myers' algorithm, with a bound: where two stretches have too little in common to be worth it, they are cut at words, or
 * runs of words, that both hold exactly once, and what is left is one change. So the time stays bounded whatever they hold.
 */

const MOST_EDITS = 1500;
/** Keys in a row that are looked for where no key stands only once. */
const RUN = 5;

/**
 * @typedef {[number, number, number, number]} Change Start and end in the old row, start and end in the new.
 *
 * @param {string[]} old
 * @param {string[]} now
 * @returns {Change[]} In order; nothing for equal rows.
 */
export function differences(old, now) {
  const changes = [];
  const waiting = [[0, old.length, 0, now.length]];
  while (waiting.length) {
    const range = trimmed(old, now, waiting.pop());
    const [start, end, from, to] = range;
    if (start === end || from === to) {
      if (start < end || from < to) changes.push(range);
      continue;
    }
    const found = shortest(old, now, range);
    if (found) {
      changes.push(...found);
      continue;
    }
    const between = cut(old, now, range);
    if (between.length > 1) waiting.push(...between.reverse());
    else changes.push(range);
  }
  return changes;
}

/**
 * A change without what is equal at its start and its end.
 *
 * @param {string[]} old
 * @param {string[]} now
 * @param {Change} range
 * @returns {Change}
 */
export function trimmed(old, now, [start, end, from, to]) {
  while (start < end && from < to && old[start] === now[from]) {
    start += 1;
    from += 1;
  }
  while (start < end && from < to && old[end - 1] === now[to - 1]) {
    end -= 1;
    to -= 1;
  }
  return [start, end, from, to];
}

/** The fewest edits from one stretch to the other; null when they are more than MOST_EDITS. */
function shortest(old, now, [start, end, from, to]) {
  const length = end - start;
  const size = to - from;
  if (Math.abs(length - size) > MOST_EDITS) return null;
  const most = Math.min(length + size, MOST_EDITS);
  const reached = new Int32Array(2 * most + 3);
  const trace = [];
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(reached.slice(most + 1 - edits - 1, most + 1 + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = most + 1 + diagonal;
      const down = diagonal === -edits || (diagonal !== edits && reached[at - 1] < reached[at + 1]);
      let here = down ? reached[at + 1] : reached[at - 1] + 1;
      let there = here - diagonal;
      while (here < length && there < size && old[start + here] === now[from + there]) {
        here += 1;
        there += 1;
      }
      reached[at] = here;
      if (here >= length && there >= size) return path(trace, edits, [start, from, length, size]);
    }
  }
  return null;
}

/** The changes on the way that Myers' algorithm found, read from its end. */
function path(trace, edits, [start, from, length, size]) {
  const changes = [];
  let here = length;
  let there = size;
  for (let count = edits; count > 0; count -= 1) {
    const before = trace[count];
    const reached = (diagonal) => before[diagonal + count + 1];
    const diagonal = here - there;
    const down = diagonal === -count || (diagonal !== count && reached(diagonal - 1) < reached(diagonal + 1));
    const earlier = down ? diagonal + 1 : diagonal - 1;
    const x = reached(earlier);
    const y = x - earlier;
    joined(changes, down ? [start + x, start + x, from + y, from + y + 1] : [start + x, start + x + 1, from + y, from + y]);
    here = x;
    there = y;
  }
  return changes.reverse();
}

/** Put a change in front; it becomes one with the last when they touch. */
function joined(changes, change) {
  const last = changes.at(-1);
  if (last && change[1] === last[0] && change[3] === last[2]) {
    last[0] = change[0];
    last[2] = change[2];
  } else {
    changes.push(change);
  }
}

/** The stretches between keys, or runs of keys, that both hold exactly once and in the same order. */
function cut(old, now, range) {
  const byKey = common(old, now, range, 1);
  const pairs = byKey.length ? byKey : common(old, now, range, RUN);
  const ranges = [];
  const [, end, , to] = range;
  let [here, , there] = range;
  rising(pairs).forEach(([at, place]) => {
    ranges.push([here, at, there, place]);
    [here, there] = [at + 1, place + 1];
  });
  ranges.push([here, end, there, to]);
  return ranges;
}

/** Places of runs of `length` keys that stand once in both. */
function common(old, now, [start, end, from, to], length) {
  const places = once(now, from, to, length);
  return [...once(old, start, end, length)].filter(([run]) => places.has(run)).map(([run, at]) => [at, places.get(run)]);
}

function once(row, start, end, length) {
  const places = new Map();
  for (let at = start; at + length <= end; at += 1) {
    const run = length === 1 ? row[at] : row.slice(at, at + length).join('\u0001');
    places.set(run, places.has(run) ? -1 : at);
  }
  places.forEach((at, run) => { if (at === -1) places.delete(run); });
  return places;
}

/** The longest row of pairs in which the second numbers rise, too; the first do already. */
function rising(pairs) {
  const ends = [];
  const before = Array(pairs.length).fill(-1);
  pairs.forEach(([, place], index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]][1] < place) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = ends[low - 1];
    ends[low] = index;
  });
  const found = [];
  for (let index = ends.at(-1) ?? -1; index !== -1; index = before[index]) found.unshift(pairs[index]);
  return found;
}
