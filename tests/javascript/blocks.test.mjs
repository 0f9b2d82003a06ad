import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fitting, placeOf, present, renewed, wordsOf } from '../../wagtail_ai_content/static/wagtail_ai_content/js/blocks/stream.js';
import { uuid } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/generation.js';

const leaf = {};
const stream = (children, meta = {}) => ({ children, blockDef: { meta } });
const list = (children) => ({ children, blockDef: { meta: {}, childBlockDef: {} } });
const child = (id, type, block = leaf) => ({ id, type, block });

test('a place has types for ids, keys as they are, and nothing for the items of a list', () => {
  const inner = stream([child('n', 'note')]);
  const body = stream([child('a', 'heading'), child('b', 'box', { childBlocks: { rows: list([child('i', undefined, inner)]) } })]);
  assert.equal(placeOf('body', body), 'body');
  assert.equal(placeOf('body.a', body), 'body.heading');
  assert.equal(placeOf('body.b.rows.i', body), 'body.box.rows');
  assert.equal(placeOf('body.b.rows.i.n', body), 'body.box.rows.note');
});

test('blocks are counted by type', () => {
  assert.deepEqual(present(stream([child('a', 'x'), child('b', 'y'), child('c', 'x')])), { x: 2, y: 1 });
});

test('only what there is room for is put in', () => {
  const there = [child('a', 'heading'), child('b', 'layout')];
  const wanted = ['heading', 'text', 'heading', 'text', 'text'].map((type) => ({ type }));
  const types = (meta) => fitting(wanted, stream(there, meta)).map(({ type }) => type);
  assert.deepEqual(types({}), ['heading', 'text', 'heading', 'text', 'text']);
  assert.deepEqual(types({ maxNum: 4, blockCounts: {} }), ['heading', 'text']);
  assert.deepEqual(types({ maxNum: null, blockCounts: { heading: { max_num: 2 }, text: { min_num: 1 } } }), ['heading', 'text', 'text', 'text']);
  assert.deepEqual(types({ maxNum: 2 }), []);
});

test('a second copy has ids of its own at every depth', () => {
  let next = 0;
  const newId = () => `new${(next += 1)}`;
  const state = { type: 'facts', id: 'one', value: [{ id: 'two', value: { label: 'a', id: 'not an id of ours' } }] };
  const copy = renewed(state, newId);
  assert.deepEqual(copy, { type: 'facts', id: 'new2', value: [{ id: 'new1', value: { label: 'a', id: 'not an id of ours' } }] });
  assert.equal(state.id, 'one');
});

test('words are the same however the editor writes them down', () => {
  const from = (data) => JSON.stringify({ blocks: [{ key: 'a', text: 'Sea', type: 'unstyled', ...data }], entityMap: {} });
  const value = (text) => [{ type: 'struct', value: { title: 'A', text }, id: 'x' }];
  assert.equal(wordsOf(value(from({}))), wordsOf(value(from({ data: {}, depth: 0 }))));
  assert.notEqual(wordsOf(value(from({}))), wordsOf(value(from({ text: 'See' }))));
  assert.notEqual(wordsOf(value('x')), wordsOf(value('y')));
  assert.equal(wordsOf(undefined), '');
  assert.equal(wordsOf('{"no": "blocks"}'), '{"no": "blocks"}');
});

test('ids are UUIDs, with and without TLS', () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(uuid(), form);
  const kept = crypto.randomUUID;
  try {
    crypto.randomUUID = undefined;
    assert.match(uuid(), form);
    assert.notEqual(uuid(), uuid());
  } finally {
    crypto.randomUUID = kept;
  }
});
