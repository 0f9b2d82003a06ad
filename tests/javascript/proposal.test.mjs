import assert from 'node:assert/strict';
import { test } from 'node:test';

import { askedAbout, everything, proposed, taken } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/proposal.js';
import { block, keys, state } from './contents.mjs';

const all = (value, option, how = {}) => {
  const segments = proposed(value, option, { selection: null, adds: false, ...how });
  return taken(value, segments, everything(segments), keys());
};

test('a plain text is replaced, or the part that was selected', () => {
  assert.deepEqual(all({ text: 'old text' }, { text: 'new text' }), { text: 'new text' });
  const selection = { start: 4, end: 7 };
  assert.deepEqual(askedAbout({ text: 'The old text' }, selection), { text: 'old' });
  assert.deepEqual(all({ text: 'The old text' }, { text: 'very new' }, { selection }), { text: 'The very new text' });
  const wide = { start: 3, end: 8 };
  assert.deepEqual(askedAbout({ text: 'The old text' }, wide), { text: 'old' }, 'without the spaces at its ends');
  assert.deepEqual(all({ text: 'The old text' }, { text: 'very new' }, { selection: wide }), { text: 'The very new text' });
});

test('what continues a text comes behind it, with one space between', () => {
  assert.deepEqual(all({ text: 'So far.' }, { text: 'And on.' }, { adds: true }), { text: 'So far. And on.' });
  assert.deepEqual(all({ text: 'So far.\n' }, { text: 'And on.' }, { adds: true }), { text: 'So far.\nAnd on.' });
  assert.deepEqual(all({ text: '' }, { text: 'At first.' }, { adds: true }), { text: 'At first.' });
});

test('what continues a rich text is in paragraphs of its own', () => {
  const value = { content: state(block('So far.', { key: 'a', marks: [['BOLD', 0, 2]] })) };
  const { content } = all(value, { content: state(block('And on.', { key: 'a' })) }, { adds: true });
  assert.deepEqual(content.blocks.map(({ text }) => text), ['So far.', 'And on.']);
  assert.deepEqual(content.blocks[0], value.content.blocks[0]);
  assert.notEqual(content.blocks[1].key, 'a', 'keys are never there twice');
});

test('an empty rich text keeps its only paragraph', () => {
  const { content } = all({ content: state(block('', { key: 'a' })) }, { content: state(block('Words', { key: 'b' })) });
  assert.deepEqual(content.blocks.map(({ key, text }) => [key, text]), [['a', 'Words']]);
});

test('a selection that is gone is told, not guessed', () => {
  const selection = { start: { key: 'gone', offset: 0 }, end: { key: 'gone', offset: 3 } };
  const value = { content: state(block('Words')) };
  assert.equal(askedAbout(value, selection), null);
  assert.equal(proposed(value, { content: state(block('Other')) }, { selection, adds: false }), null);
});
