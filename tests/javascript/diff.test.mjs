import assert from 'node:assert/strict';
import { test } from 'node:test';

import { differences } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/diff.js';

const letters = (text) => [...text];

/** The new row, made from the old one and the changes. */
function redone(old, now, changes) {
  const result = [];
  let here = 0;
  changes.forEach(([start, end, from, to]) => {
    result.push(...old.slice(here, start), ...now.slice(from, to));
    here = end;
  });
  return [...result, ...old.slice(here)];
}

function random(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % below;
  };
}

test('equal rows have no differences, and an empty row differs in everything', () => {
  assert.deepEqual(differences(letters('abc'), letters('abc')), []);
  assert.deepEqual(differences([], letters('ab')), [[0, 0, 0, 2]]);
  assert.deepEqual(differences(letters('ab'), []), [[0, 2, 0, 0]]);
});

test('the fewest differences are found', () => {
  assert.deepEqual(differences(letters('the old cat'), letters('the new cat')).flatMap(([a, b, c, d]) => b - a + d - c).reduce((x, y) => x + y), 6);
  assert.deepEqual(differences(letters('abcd'), letters('abXcd')), [[2, 2, 2, 3]]);
});

test('whatever the rows hold, the changes lead from one to the other, in order and apart', () => {
  for (let seed = 1; seed < 400; seed += 1) {
    const next = random(seed);
    const row = () => Array.from({ length: next(40) }, () => 'abcde'[next(5)]);
    const [old, now] = [row(), row()];
    const changes = differences(old, now);
    assert.deepEqual(redone(old, now, changes), now, `seed ${seed}`);
    changes.slice(1).forEach(([start, , from], index) => assert.ok(start > changes[index][1] || from > changes[index][3]));
  }
});

test('thirty thousand words take no time, be they edited here and there or quite different', () => {
  const old = Array.from({ length: 60_000 }, (_, index) => (index % 2 ? ' ' : `w${(index * index) % 4001}`));
  const edited = old.flatMap((word, index) => (index % 100 === 0 ? ['new', ' ', word] : [word]));
  const other = Array.from({ length: 60_000 }, (_, index) => (index % 2 ? ' ' : `x${(index * index) % 4001}`));
  const begun = performance.now();
  assert.equal(differences(old, edited).length, 600);
  assert.deepEqual(redone(old, other, differences(old, other)), other);
  assert.ok(performance.now() - begun < 2000, `${performance.now() - begun} ms`);
});

test('texts too different to compare word by word are cut at words that stand once in both', () => {
  const part = (letter) => Array.from({ length: 1700 }, (_, index) => `${letter}${index % 90}`);
  const [old, now] = [[...part('a'), 'anchor', ...part('b')], [...part('c'), 'anchor', ...part('d')]];
  assert.deepEqual(differences(old, now), [[0, 1700, 0, 1700], [1701, 3401, 1701, 3401]]);
});
