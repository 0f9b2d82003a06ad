import assert from 'node:assert/strict';
import { test } from 'node:test';

import { requestFor } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/asking.js';
import { block, state } from './contents.mjs';

const OPENED = { subject: { app: 'world' }, actions: [{ name: 'improve', reads_page: false }, { name: 'suggest', reads_page: true }] };
const FIELD = { path: 'body.1', place: 'body.paragraph' };
const request = (asked, { about = { text: 'Words' }, ...more } = {}) =>
  requestFor({ field: FIELD, asked, opened: OPENED }, about, more, () => 'title=Now');

test('each request has a key of its own', () => {
  const keys = [1, 2].map(() => request({ action: 'improve' }).key);
  assert.match(keys[0], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(keys[0], keys[1]);
});

test('the form is sent only where the page is read', () => {
  assert.equal(request({ action: 'improve' }).form, '');
  assert.equal(request({ action: 'suggest' }).form, 'title=Now');
  assert.equal(request({ action: 'improve', prompt: 'house-style' }).form, 'title=Now');
});

test('comments stay on the page', () => {
  const about = { content: state(block('Words', { marks: [['COMMENT-4', 0, 3], ['BOLD', 0, 2]] })) };
  const { source } = request({ action: 'improve' }, { about });
  assert.deepEqual(source.blocks[0].inlineStyleRanges, [{ style: 'BOLD', offset: 0, length: 2 }]);
});

test('a wish goes with the version that it is about, of which one is wanted back', () => {
  const asked = { action: 'ask', instruction: 'At first', options: 3, selection: { start: 0, end: 2 } };
  const first = request(asked);
  assert.deepEqual([first.instruction, first.options, first.selected, first.earlier], ['At first', 3, true, '']);
  const refined = request(asked, { instruction: 'Then', earlier: 'A version' });
  assert.deepEqual([refined.instruction, refined.options, refined.earlier], ['Then', 1, 'A version']);
});
