/**
 * An arrangement as a card: its name, its reason, a small picture of it, and its blocks to be put in.
 */

import { fill } from '../lib/decisions.js';
import { part } from '../lib/parts.js';

/**
 * @param {{name: string, reason: string, blocks: {id: string, label: string}[]}} arrangement
 * @param {object} options
 * @param {string} options.address Of the page that shows it.
 * @param {object} options.words The texts, as values of the controller.
 * @param {(only?: string) => void} options.insert Put all blocks in, or the one with this id.
 */
export function cardOf({ name, reason, blocks }, { address, words, insert }) {
  const all = part('button', { type: 'button', className: 'button button-small', ariaLabel: fill(words.insertAllNameValue, { name }) }, words.insertAllValue);
  all.addEventListener('click', () => insert());
  const items = blocks.map(({ id, label }) => {
    const named = fill(words.insertNameValue, { label, name });
    const one = part('button', { type: 'button', className: 'button button-small button-secondary', ariaLabel: named }, words.insertValue);
    one.addEventListener('click', () => insert(id));
    return part('li', {}, part('span', {}, label), one);
  });
  const look = part('a', { href: address, target: '_blank', rel: 'noopener' }, words.lookValue);
  return part(
    'li',
    { className: 'wac-layout-card' },
    part('h4', { dir: 'auto' }, name),
    part('p', { dir: 'auto' }, reason),
    part('div', { className: 'wac-layout-picture' }, frame(address, fill(words.previewNameValue, { name }))),
    part('p', { className: 'wac-layout-look' }, look),
    part('ol', { className: 'wac-layout-blocks' }, ...items),
    all,
  );
}

/** Nothing in it runs, and nobody comes into it with the keyboard: it is a picture. */
function frame(address, title) {
  return part('iframe', { sandbox: '', loading: 'lazy', src: address, title, tabIndex: -1 });
}
