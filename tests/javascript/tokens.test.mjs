import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ofContent, ofText, parts, readMark, stable } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/tokens.js';
import { block, state } from './contents.mjs';

test('words, numbers and signs are apart, and nothing is lost', () => {
  assert.deepEqual(parts('It’s 12.5 % off, “Käse”\n日本'), ['It’s', ' ', '12.5', ' ', '%', ' ', 'off', ',', ' ', '“', 'Käse', '”', '\n', '日', '本']);
  const strange = '\ud83d\udc69\u200d\ud83d\udc67 \ud800 naïve\u0301 हिन्दी\t\r\n!';
  assert.equal(parts(strange).join(''), strange);
});

test('a family is one sign', () => {
  assert.deepEqual(parts('\ud83d\udc69\u200d\ud83d\udc67!'), ['\ud83d\udc69\u200d\ud83d\udc67', '!']);
});

test('blocks begin with a token of their own, and each character knows its styles and its entity', () => {
  const link = { type: 'LINK', mutability: 'MUTABLE', data: { url: '/' } };
  const raw = { ...state(block('ab cd', { key: 'k', type: 'header-two', marks: [['BOLD', 1, 2]], links: [[0, 3, 2]] })), entityMap: { 0: link } };
  const tokens = ofContent(raw);
  assert.deepEqual(tokens.map(({ kind, text }) => [kind, text]), [['block', ''], ['inline', 'ab'], ['inline', ' '], ['inline', 'cd']]);
  assert.deepEqual(tokens[1].marks.map((mark) => readMark(mark).styles), [[], ['BOLD']]);
  assert.deepEqual(JSON.parse(readMark(tokens[3].marks[0]).entity), link);
  assert.equal(tokens[0].block.key, 'k');
});

test('equal pictures have equal keys, others have not', () => {
  const picture = (id) => ofContent({ blocks: [block(' ', { type: 'atomic', links: [[0, 0, 1]] })], entityMap: { 0: { type: 'IMAGE', data: { id } } } })[0].key;
  assert.equal(picture(1), picture(1));
  assert.notEqual(picture(1), picture(2));
});

test('a word of a text is never taken for a block', () => {
  assert.notEqual(ofText('unstyled')[0].key, ofContent(state(block('')))[0].key);
});

test('equal values are equal as JSON, whatever the order of their keys', () => {
  assert.equal(stable({ b: [1, { d: 2, c: 3 }], a: null }), stable({ a: null, b: [1, { c: 3, d: 2 }] }));
});
