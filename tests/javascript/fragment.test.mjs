import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cutOut, spliced } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/proposal.js';
import { chosen, compared, content, framed, isChange } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/hunks.js';
import { block, keys, state } from './contents.mjs';

const WHOLE = state(
  block('First the boats come in', { key: 'a', marks: [['BOLD', 10, 5]] }),
  block('then the tide goes out again', { key: 'b', type: 'header-two' }),
);

function replaced(start, end, result, { take = true, whole = WHOLE } = {}) {
  const { before, old, now, after } = spliced(cutOut(whole, start, end), result);
  const segments = framed(compared(old, now), { before, after });
  const choices = new Map(segments.filter(isChange).map(({ id }) => [id, { take }]));
  return content(chosen(segments, choices), keys()).blocks;
}

const shown = (blocks) => blocks.map(({ type, text }) => [type, text]);

test('the selected part has the marks of its characters', () => {
  const { selected, inside, open } = cutOut(WHOLE, { key: 'a', offset: 12 }, { key: 'b', offset: 4 });
  assert.deepEqual(selected.blocks.map(({ text, inlineStyleRanges }) => [text, inlineStyleRanges]), [
    ['ats come in', [{ style: 'BOLD', offset: 0, length: 3 }]], ['then', []],
  ]);
  assert.ok(inside && open);
});

test('a block that is gone meanwhile is told', () => {
  assert.equal(cutOut(WHOLE, { key: 'gone', offset: 0 }, { key: 'b', offset: 4 }), null);
  assert.equal(cutOut(WHOLE, { key: 'a', offset: 0 }, { key: 'b', offset: 400 }), null);
});

test('a few words of one block are replaced within it, whatever block they come back in', () => {
  const result = state(block('leaves once more', { type: 'unstyled' }));
  assert.deepEqual(shown(replaced({ key: 'b', offset: 14 }, { key: 'b', offset: 28 }, result)), [
    ['unstyled', 'First the boats come in'], ['header-two', 'then the tide leaves once more'],
  ]);
  assert.deepEqual(shown(replaced({ key: 'b', offset: 0 }, { key: 'b', offset: 4 }, state(block('Later')))), [
    ['unstyled', 'First the boats come in'], ['header-two', 'Later the tide goes out again'],
  ]);
});

test('nothing taken leaves everything as it was, wherever the selection stood', () => {
  for (let start = 0; start < 23; start += 1) {
    const result = state(block('One', { type: 'unordered-list-item' }), block('Two', { type: 'unordered-list-item' }));
    assert.deepEqual(replaced({ key: 'a', offset: start }, { key: 'b', offset: start }, result, { take: false }), WHOLE.blocks);
  }
});

test('a block of which no letter is selected has no part in it, and stays a block of its own', () => {
  const toTheNext = cutOut(WHOLE, { key: 'a', offset: 6 }, { key: 'b', offset: 0 });
  assert.deepEqual(shown(toTheNext.selected.blocks), [['unstyled', 'the boats come in']]);
  const fromTheLast = cutOut(WHOLE, { key: 'a', offset: 23 }, { key: 'b', offset: 4 });
  assert.deepEqual(shown(fromTheLast.selected.blocks), [['header-two', 'then']]);
  assert.deepEqual(shown(replaced({ key: 'a', offset: 0 }, { key: 'b', offset: 0 }, state(block('Boats come in')))), [
    ['unstyled', 'Boats come in'], ['header-two', 'then the tide goes out again'],
  ]);
});

test('spaces at the ends of the selection stay: no word is glued to the next', () => {
  assert.deepEqual(shown(replaced({ key: 'a', offset: 5 }, { key: 'a', offset: 10 }, state(block('those')))), [
    ['unstyled', 'First those boats come in'], ['header-two', 'then the tide goes out again'],
  ]);
});

test('a picture at an end of the selection has no part in it, and one inside of it has', () => {
  const picture = (key) => block(' ', { key, type: 'atomic', links: [[0, 0, 1]] });
  const whole = {
    blocks: [block('One above', { key: 'a' }), picture('p'), block('Two below', { key: 'b' })],
    entityMap: { 0: { type: 'IMAGE', mutability: 'IMMUTABLE', data: { id: 3 } } },
  };
  for (const end of [{ key: 'p', offset: 0 }, { key: 'p', offset: 1 }, { key: 'b', offset: 0 }]) {
    assert.deepEqual(shown(replaced({ key: 'a', offset: 4 }, end, state(block('up')), { whole })), [
      ['unstyled', 'One up'], ['atomic', ' '], ['unstyled', 'Two below'],
    ]);
  }
  for (const start of [{ key: 'a', offset: 9 }, { key: 'p', offset: 0 }, { key: 'p', offset: 1 }]) {
    assert.deepEqual(shown(replaced(start, { key: 'b', offset: 3 }, state(block('2')), { whole })), [
      ['unstyled', 'One above'], ['atomic', ' '], ['unstyled', '2 below'],
    ]);
  }
  assert.deepEqual(cutOut(whole, { key: 'a', offset: 4 }, { key: 'b', offset: 3 }).selected.blocks[1], whole.blocks[1]);
  assert.deepEqual(cutOut(whole, { key: 'p', offset: 0 }, { key: 'p', offset: 1 }).selected.blocks, [whole.blocks[1]]);
});

test('a whole block may become several of another kind', () => {
  const result = state(block('boats', { type: 'unordered-list-item' }), block('tide', { type: 'unordered-list-item' }));
  assert.deepEqual(shown(replaced({ key: 'a', offset: 0 }, { key: 'a', offset: 23 }, result)), [
    ['unordered-list-item', 'boats'], ['unordered-list-item', 'tide'], ['header-two', 'then the tide goes out again'],
  ]);
});

test('the rest of a block goes on as the block it was', () => {
  const result = state(block('boats', { type: 'unordered-list-item' }), block('tide', { type: 'unordered-list-item' }));
  assert.deepEqual(shown(replaced({ key: 'b', offset: 0 }, { key: 'b', offset: 9 }, result)), [
    ['unstyled', 'First the boats come in'],
    ['unordered-list-item', 'boats'], ['unordered-list-item', 'tide'], ['header-two', 'tide goes out again'],
  ]);
});
