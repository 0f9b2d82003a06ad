/**
 * What the panel asks of the server.
 */

import { headers, token } from '../lib/ask.js';
import { openObject } from '../lib/form.js';

/**
 * A piece of HTML from the server, about the object that is open.
 *
 * @param {string} url
 * @param {Record<string, string>} [query]
 * @returns {Promise<DocumentFragment>}
 * @throws when the server refuses or cannot be reached; `status` is 0 or the answer's.
 */
export async function piece(url, query = {}) {
  const answer = await reached(() => fetch(`${url}?${about(query)}`, { headers: token() }));
  const template = document.createElement('template');
  template.innerHTML = await answer.text();
  return template.content;
}

/**
 * @param {string} url
 * @param {object | URLSearchParams} data Parameters are sent as a form about the object that is open, all else as JSON.
 * @returns {Promise<object | null>} The answer's JSON; null when there is none.
 * @throws as `piece`; `message` is the server's where it gave one.
 */
export async function post(url, data) {
  const isForm = data instanceof URLSearchParams;
  const options = isForm ? { body: data, headers: token() } : { body: JSON.stringify(data), headers: headers() };
  const answer = await reached(() => fetch(isForm ? `${url}?${about()}` : url, { ...options, method: 'POST' }));
  return answer.status === 204 ? null : answer.json();
}

async function reached(call) {
  let answer;
  try {
    answer = await call();
  } catch {
    throw Object.assign(new Error(''), { status: 0 });
  }
  if (answer.ok && !answer.redirected) return answer;
  const told = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(told.message ?? ''), { status: answer.redirected ? 403 : answer.status });
}

function about(query = {}) {
  return new URLSearchParams({ address: window.location.pathname + window.location.search, ...query });
}

/** Which object is open: one that was being created when the panel was loaded may have been saved since. */
export function subjectOf(given) {
  const open = given.object ? null : openObject();
  return open ? { app: open.APP, model: open.MODEL, object: open.OBJECT, parent: '' } : given;
}

/** On small screens the panel is in front of the form. */
export function showForm() {
  const side = document.querySelector('[data-form-side]');
  if (side && side.getBoundingClientRect().width > window.innerWidth * 0.75) {
    document.querySelector('[data-form-side-close-button]')?.click();
  }
}
