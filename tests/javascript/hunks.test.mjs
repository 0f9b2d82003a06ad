import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chosen, compared, content, framed, isChange, isNewText, textOf } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/hunks.js';
import { ofContent, ofText } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/tokens.js';
import { block, keys, state } from './contents.mjs';

const LINK = { type: 'LINK', mutability: 'MUTABLE', data: { url: '/tides/' } };
const OTHER = { type: 'LINK', mutability: 'MUTABLE', data: { url: '/other/' } };
const PICTURE = { type: 'IMAGE', mutability: 'IMMUTABLE', data: { id: 3 } };

const all = (segments) => new Map(segments.filter(isChange).map(({ id }) => [id, { take: true }]));
const written = (old, now, choices) => {
  const segments = compared(ofContent(old), ofContent(now));
  return content(chosen(segments, choices ?? all(segments)), keys());
};
const plainly = (old, now, choices) => textOf(chosen(compared(ofText(old), ofText(now)), choices));

test('nothing taken is the old text, exactly', () => {
  const old = {
    blocks: [
      block('Every tide is a promise', { marks: [['COMMENT-2', 0, 10], ['BOLD', 6, 4]], links: [[0, 16, 7]] }),
      block(' ', { type: 'atomic', links: [[1, 0, 1]] }),
      block('One', { type: 'unordered-list-item' }),
    ],
    entityMap: { 0: LINK, 1: PICTURE },
  };
  const result = written(old, state(block('Quite another text'), block('with two paragraphs')), new Map());
  assert.deepEqual(result, old);
});

test('each change can be taken or left', () => {
  const [old, now] = ['The red cat sat on the old mat today', 'The blue cat sat on the new mat today'];
  assert.equal(plainly(old, now, new Map()), old);
  assert.equal(plainly(old, now, new Map([[1, { take: true }]])), 'The blue cat sat on the old mat today');
  assert.equal(plainly(old, now, new Map([[2, { take: true }], [1, { take: false }]])), 'The red cat sat on the new mat today');
});

test('the words of the person go in where they edited a change', () => {
  const segments = compared(ofText('The red cat sat here'), ofText('The blue cat sat here'));
  assert.equal(textOf(chosen(segments, new Map([[1, { take: true, words: 'dark green' }]]))), 'The dark green cat sat here');
});

test('lines of an edited change are blocks of the kind it brings', () => {
  const old = state(block('Bread and milk', { key: 'a' }));
  const now = state(block('Wheat', { type: 'unordered-list-item' }), block('Barley', { type: 'unordered-list-item' }));
  const segments = compared(ofContent(old), ofContent(now));
  assert.equal(segments.filter(isChange).length, 1);
  const result = content(chosen(segments, new Map([[1, { take: true, words: 'Rye\nOats\nSalt' }]])), keys());
  assert.deepEqual(result.blocks.map(({ text, type }) => [text, type]), [
    ['Rye', 'unordered-list-item'], ['Oats', 'unordered-list-item'], ['Salt', 'unordered-list-item'],
  ]);
});

test('words that survive keep their marks though the new text has none', () => {
  const old = { blocks: [block('Ask the harbour office about tides', { marks: [['BOLD', 8, 7]], links: [[0, 29, 5]] })], entityMap: { 0: LINK } };
  const result = written(old, state(block('Please ask the harbour office about the tides')));
  const [found] = result.blocks;
  assert.equal(found.text, 'Please ask the harbour office about the tides');
  assert.deepEqual(found.inlineStyleRanges, [{ style: 'BOLD', offset: 15, length: 7 }]);
  assert.deepEqual(found.entityRanges, [{ offset: 40, length: 5, key: 0 }]);
  assert.deepEqual(result.entityMap, { 0: LINK });
});

test('a mark that the AI added is a change of its own, and another link never replaces one', () => {
  const old = { blocks: [block('See the tides and mind the mud', { links: [[0, 8, 5]] })], entityMap: { 0: LINK } };
  const now = { blocks: [block('See the tides and mind the mud', { marks: [['BOLD', 18, 4]], links: [[0, 8, 5]] })], entityMap: { 0: OTHER } };
  const segments = compared(ofContent(old), ofContent(now));
  assert.deepEqual(segments.filter(isChange).map(({ kind, added }) => [kind, added]), [['mark', ['BOLD']]]);
  assert.deepEqual(content(chosen(segments, new Map()), keys()), old);
  const result = content(chosen(segments, all(segments)), keys());
  assert.deepEqual(result.blocks[0].inlineStyleRanges, [{ style: 'BOLD', offset: 18, length: 4 }]);
  assert.deepEqual(result.entityMap, { 0: LINK });
});

test('a mark that only a space or a sign would get is none', () => {
  const old = state(block('Mud, sand'));
  assert.equal(compared(ofContent(old), ofContent(state(block('Mud, sand', { marks: [['BOLD', 3, 2]] })))).filter(isChange).length, 0);
});

test('a comment stays when every word under it is replaced, and when they are removed', () => {
  const old = state(block('Come early because of the crowd', { marks: [['COMMENT-7', 5, 5]] }));
  const replaced = written(old, state(block('Come late because of the crowd')));
  assert.deepEqual(replaced.blocks[0].inlineStyleRanges, [{ style: 'COMMENT-7', offset: 5, length: 4 }]);
  const removed = written(old, state(block('Come because of the crowd')));
  assert.deepEqual(removed.blocks[0].inlineStyleRanges.map(({ style }) => style), ['COMMENT-7']);
});

test('a comment that no chosen change touches stays where it is', () => {
  const old = state(block('One two three four five six', { marks: [['COMMENT-1', 4, 3]] }));
  const result = written(old, state(block('One two three four five seven')));
  assert.deepEqual(result.blocks[0].inlineStyleRanges, [{ style: 'COMMENT-1', offset: 4, length: 3 }]);
});

test('a picture is one token: it stays when the words around it change, and goes only with a change', () => {
  const old = { blocks: [block('Before it'), block(' ', { type: 'atomic', links: [[0, 0, 1]] }), block('After that')], entityMap: { 0: PICTURE } };
  const now = { blocks: [block('In front of it'), block(' ', { type: 'atomic', links: [[4, 0, 1]] }), block('Behind that')], entityMap: { 4: PICTURE } };
  const result = written(old, now);
  assert.deepEqual(result.blocks.map(({ text, type }) => [text, type]), [['In front of it', 'unstyled'], [' ', 'atomic'], ['Behind that', 'unstyled']]);
  assert.equal(result.blocks[1].key, old.blocks[1].key);
  assert.deepEqual(result.entityMap, { 0: PICTURE });
  const without = compared(ofContent(old), ofContent(state(block('Before it'), block('After that'))));
  assert.equal(content(chosen(without, new Map()), keys()).blocks.length, 3);
  assert.equal(content(chosen(without, all(without)), keys()).blocks.length, 2);
});

test('a picture that stays is in no change, however little of the words around it stays', () => {
  const around = (above, below) => ({ blocks: [block(above), block(' ', { type: 'atomic', links: [[0, 0, 1]] }), block(below)], entityMap: { 0: PICTURE } });
  const segments = compared(ofContent(around('One stands above the sea', 'Two is below')), ofContent(around('Quite other words', 'And a few more')));
  const changes = segments.filter(isChange);
  assert.equal(changes.length, 2);
  assert.ok(changes.flatMap(({ old, now }) => [...old, ...now]).every(({ kind }) => kind !== 'atomic'));
});

test('a paragraph that becomes a heading keeps its words and their marks', () => {
  const old = state(block('How the tide works', { marks: [['ITALIC', 8, 4]] }));
  const result = written(old, state(block('How the tide works', { type: 'header-two' })));
  assert.equal(result.blocks[0].type, 'header-two');
  assert.deepEqual(result.blocks[0].inlineStyleRanges, [{ style: 'ITALIC', offset: 8, length: 4 }]);
});

test('everything taken has the words and blocks of the new text, whatever the two are', () => {
  let seed = 3;
  const next = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const words = () => Array.from({ length: next(9) }, () => ['sea', 'tide', 'mud', 'bell,', 'a'][next(5)]).join(' ');
  const text = () => state(...Array.from({ length: 1 + next(4) }, () => block(words(), { type: ['unstyled', 'header-two'][next(2)] })));
  for (let count = 0; count < 300; count += 1) {
    const [old, now] = [text(), text()];
    const shown = ({ blocks }) => blocks.map((each) => [each.type, each.text]);
    assert.deepEqual(shown(written(old, now)), shown(now));
    assert.deepEqual(written(old, now, new Map()), old);
  }
});

test('a text with little of the old one left is one change', () => {
  const segments = compared(ofText('Der Hafen ist heute zu und morgen auf'), ofText('The harbour is closed today and open tomorrow'));
  assert.equal(segments.filter(isChange).length, 1);
});

test('a text is new where hardly a word stays, and not where one is only added or taken away', () => {
  const isNew = (old, now) => isNewText(compared(ofText(old), ofText(now)));
  assert.ok(isNew('', 'All of it.'));
  assert.ok(isNew('A standfirst about reeds and slow machines.', 'A suggestion of the panel.'));
  assert.ok(!isNew('The tide comes in.', 'The tide comes in. Then it goes out again, as it does each day.'));
  assert.ok(!isNew('The tide comes in. Then it goes out again.', 'The tide comes in.'));
  assert.ok(!isNew('The same.', 'The same.'));
});

test('words inside of a larger change keep their marks, too', () => {
  const old = { blocks: [block('Ask Nell at the desk for a key', { links: [[0, 12, 8]] })], entityMap: { 0: LINK } };
  const segments = compared(ofContent(old), ofContent(state(block('Whoever needs one gets it from the desk'))));
  assert.equal(segments.filter(isChange).length, 1);
  const [found] = content(chosen(segments, all(segments)), keys()).blocks;
  assert.equal(found.entityRanges.map(({ offset, length }) => found.text.slice(offset, offset + length)).join(), 'the desk');
});

test('words that any two texts share do not make them alike', () => {
  const old = ofText('It has one hand, it loses fifty minutes a day on every watch, and in the country of the moon it is wrong');
  assert.equal(compared(old, ofText('A suggestion of the panel, and one of it.')).filter(isChange).length, 1);
});

test('one sentence changed in two neighbouring words is one change', () => {
  const segments = compared(ofText('We walked the muddy path home in the rain'), ofText('We walked the sandy track home in the rain'));
  assert.deepEqual(segments.filter(isChange).map(({ old, now }) => [textOf(old), textOf(now)]), [['muddy path', 'sandy track']]);
});

test('what was not asked about stands around it, untouched', () => {
  const segments = framed(compared(ofText('old'), ofText('new')), { before: ofText('Keep '), after: ofText(' this') });
  assert.equal(textOf(chosen(segments, all(segments))), 'Keep new this');
});

test('thirty thousand words are compared at once', () => {
  const long = Array.from({ length: 30_000 }, (_, index) => `word${index % 700}`);
  const old = state(...Array.from({ length: 300 }, (_, at) => block(long.slice(at * 100, at * 100 + 100).join(' '), { marks: [['BOLD', 3, 40]] })));
  const now = state(...old.blocks.map(({ text }) => block(text.replace(/word1\d /g, 'other '))));
  const begun = performance.now();
  written(old, now);
  assert.ok(performance.now() - begun < 3000, `${performance.now() - begun} ms`);
});
