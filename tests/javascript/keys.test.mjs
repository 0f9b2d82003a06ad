import assert from 'node:assert/strict';
import { test } from 'node:test';

import { commandOf } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/keys.js';

/** A key press; `inside` is what `closest` finds: nothing, something one writes in, or something with an Enter of its own. */
function press(key, { inside = '', ...modifiers } = {}) {
  const matches = (selector) => (inside && selector.includes(inside) ? {} : null);
  return { key, target: { closest: matches }, ...modifiers };
}

const on = { enabled: true };

test('each letter has its command', () => {
  const commands = ['j', 'k', 'a', 'r', 'u', 'e', '?'].map((key) => commandOf(press(key), on));
  assert.deepEqual(commands, ['next', 'previous', 'accept', 'reject', 'later', 'edit', 'help']);
});

test('other keys mean nothing', () => {
  assert.equal(commandOf(press('x'), on), '');
  assert.equal(commandOf(press('constructor'), on), '');
});

test('letters are letters while somebody writes', () => {
  assert.equal(commandOf(press('a', { inside: 'textarea' }), on), '');
  assert.equal(commandOf(press('r', { inside: '[contenteditable="true"]' }), on), '');
});

test('letters with a modifier belong to the browser', () => {
  assert.equal(commandOf(press('r', { ctrlKey: true }), on), '');
  assert.equal(commandOf(press('a', { metaKey: true }), on), '');
  assert.equal(commandOf(press('j', { altKey: true }), on), '');
});

test('Enter applies on a change, Ctrl+Enter everywhere, also while writing', () => {
  assert.equal(commandOf(press('Enter'), on), 'apply');
  assert.equal(commandOf(press('Enter', { inside: 'button' }), on), '');
  assert.equal(commandOf(press('Enter', { inside: 'textarea', ctrlKey: true }), on), 'apply');
});

test('nothing happens while a word is being composed, or when somebody else took the key', () => {
  assert.equal(commandOf(press('a', { isComposing: true }), on), '');
  assert.equal(commandOf(press('a', { defaultPrevented: true }), on), '');
});

test('who switched shortcuts off has none, except to send the form', () => {
  assert.equal(commandOf(press('a'), { enabled: false }), '');
  assert.equal(commandOf(press('Enter', { ctrlKey: true }), { enabled: false }), 'apply');
});
