import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fill, moved, tally } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/decisions.js';

test('edited changes count as accepted', () => {
  assert.deepEqual(tally(['accept', 'edit', 'reject', '']), { accepted: 2, rejected: 1, undecided: 1 });
  assert.deepEqual(tally([]), { accepted: 0, rejected: 0, undecided: 0 });
});

test('placeholders are filled by name, unknown ones stay', () => {
  assert.equal(fill('%(a)s of %(b)s', { b: 2, a: 0 }), '0 of 2');
  assert.equal(fill('%(c)s', {}), '%(c)s');
});

test('moving stays inside the list, and begins with the first', () => {
  assert.equal(moved(-1, 1, 3), 0);
  assert.equal(moved(2, 1, 3), 2);
  assert.equal(moved(0, -1, 3), 0);
  assert.equal(moved(-1, -1, 3), 0);
});
