import assert from 'node:assert/strict';
import { test } from 'node:test';

import { behind, exchanged } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/steps.js';

const keyOf = (paragraph) => paragraph[0];
const text = (paragraphs) => paragraphs.join(' ');

test('paragraphs are exchanged where they stand, and the inverse brings them back', () => {
  const before = ['a1', 'b1', 'c1'];
  const { paragraphs, inverse } = exchanged(before, { after: 'a', remove: ['b'], insert: ['b2', 'x'] }, keyOf);
  assert.equal(text(paragraphs), 'a1 b2 x c1');
  assert.deepEqual(exchanged(paragraphs, inverse, keyOf).paragraphs, before);
});

test('what was typed elsewhere meanwhile stays, in both directions', () => {
  const { paragraphs, inverse } = exchanged(['a9', 'n', 'b1', 'c9'], { after: 'a', remove: ['b'], insert: ['b2'] }, keyOf);
  assert.equal(text(paragraphs), 'a9 n b2 c9');
  const back = exchanged(['a8', 'n', 'b3', 'c9', 'm'], inverse, keyOf);
  assert.equal(text(back.paragraphs), 'a8 n b1 c9 m');
  assert.deepEqual(back.inverse.insert, ['b3'], 'what was made of the exchanged one is kept by the next inverse');
});

test('an insertion goes behind its anchor, to the start for none, to the end for one that is gone', () => {
  const insert = (after) => text(exchanged(['a', 'b'], { after, remove: [], insert: ['x'] }, keyOf).paragraphs);
  assert.equal(insert('a'), 'a x b');
  assert.equal(insert(null), 'x a b');
  assert.equal(insert('z'), 'a b x');
});

test('paragraphs that are gone already are not missed', () => {
  const { paragraphs, inverse } = exchanged(['a', 'c'], { after: 'a', remove: ['b'], insert: ['x'] }, keyOf);
  assert.equal(text(paragraphs), 'a x c');
  assert.equal(text(exchanged(paragraphs, inverse, keyOf).paragraphs), 'a c');
});

test('removing all of it, and bringing it back', () => {
  const { paragraphs, inverse } = exchanged(['a', 'b'], { after: null, remove: ['a', 'b'], insert: [] }, keyOf);
  assert.deepEqual(paragraphs, []);
  assert.equal(text(exchanged(paragraphs, inverse, keyOf).paragraphs), 'a b');
});

test('the place behind a key', () => {
  assert.deepEqual([null, 'a', 'b', 'z'].map((key) => behind(['a', 'b'], key, keyOf)), [0, 1, 2, 2]);
});
