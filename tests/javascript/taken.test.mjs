import assert from 'node:assert/strict';
import { test } from 'node:test';

import { merged, without } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/taken.js';

test('changes are added once, in an order that does not depend on when', () => {
  assert.deepEqual(merged({ v: ['b'] }, { v: ['a', 'b'], w: ['c'] }), { v: ['a', 'b'], w: ['c'] });
});

test('a version of which nothing is left stays, to be told', () => {
  assert.deepEqual(without({ v: ['a', 'b'], w: ['c'] }, { w: ['c'], v: ['a'], x: ['d'] }), { v: ['b'], w: [] });
});
