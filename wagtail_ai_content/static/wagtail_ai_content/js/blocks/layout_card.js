/**
 * An arrangement as a card: its name, its reason, a small picture of it, and its blocks to be put in.
 */

import { fill } from '../lib/decisions.js';
import { made } from './stream.js';

/**
 * @param {{name: string, reason: string, blocks: {id: string, label: string}[]}} arrangement
 * @param {object} options
 * @param {string} options.address Of the page that shows it.
 * @param {object} options.words The texts, as values of the controller.
 * @param {(only?: string) => void} options.insert Put all blocks in, or the one with this id.
 */
export function cardOf({ name, reason, blocks }, { address, words, insert }) {
  const all = made('button', { type: 'button', class: 'button button-small', 'aria-label': fill(words.insertAllNameValue, { name }) }, words.insertAllValue);
  all.addEventListener('click', () => insert());
  const items = blocks.map(({ id, label }) => {
    const named = fill(words.insertNameValue, { label, name });
    const one = made('button', { type: 'button', class: 'button button-small button-secondary', 'aria-label': named }, words.insertValue);
    one.addEventListener('click', () => insert(id));
    return made('li', {}, made('span', {}, label), one);
  });
  const look = made('a', { href: address, target: '_blank', rel: 'noopener' }, words.lookValue);
  return made(
    'li',
    { class: 'wac-layout-card' },
    made('h4', { dir: 'auto' }, name),
    made('p', { dir: 'auto' }, reason),
    made('div', { class: 'wac-layout-picture' }, frame(address, fill(words.previewNameValue, { name }))),
    made('p', { class: 'wac-layout-look' }, look),
    made('ol', { class: 'wac-layout-blocks' }, ...items),
    all,
  );
}

/** Nothing in it runs, and nobody comes into it with the keyboard: it is a picture. */
function frame(address, title) {
  return made('iframe', { src: address, title, sandbox: '', loading: 'lazy', tabindex: '-1' });
}
