import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reader } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/generation.js';

const STREAM = ': hello\r\n\r\nevent: text\r\ndata: {"text": "a: b"}\r\n\r\n: ping\n\nevent: result\ndata: 1\ndata: 2\n\ndata:bare\n\nevent: none\n\n';
const EVENTS = [
  { event: 'text', data: '{"text": "a: b"}' },
  { event: 'result', data: '1\n2' },
  { event: 'message', data: 'bare' },
];

test('events are the same however the stream is cut', () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const read = reader();
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...read(STREAM.slice(at, at + size)));
    assert.deepEqual(found, EVENTS, `pieces of ${size}`);
  }
});

test('an event that is not whole is not told', () => {
  const read = reader();
  assert.deepEqual(read('event: result\ndata: {"options": []}\n'), []);
});
