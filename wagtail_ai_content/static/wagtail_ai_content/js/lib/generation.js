/**
 * One generation, however the server answers: as a stream of events, or as a job whose row is followed.
 */

import { reader } from './events.js';

const BETWEEN = 700;

/** Why there is no result. */
export class Failure extends Error {
  /**
   * @param {string} code `stopped`, `session` (logged out, or not allowed any more), `unreachable`, `cut`, `server`, or the server's.
   * @param {string} message The server's words; empty for the codes above.
   */
  constructor(code, { message = '', again = true } = {}) {
    super(message);
    this.code = code;
    this.again = again;
  }
}

/**
 * @param {object} asked What `POST generate/` takes.
 * @param {object} options
 * @param {string} options.url
 * @param {Record<string, string>} options.headers
 * @param {AbortSignal} options.signal Stops it; the server hears of that.
 * @param {(event: string, data: object) => void} options.tell Of `job`, `phase` and `text`, in the form of the stream's events.
 * @param {typeof fetch} [options.fetch]
 * @returns {Promise<object>} The result.
 * @throws {Failure}
 */
export async function generate(asked, { url, headers, signal, tell, fetch: load = globalThis.fetch }) {
  const call = (address, options) => reached(() => load(address, { ...options, headers, signal }), signal);
  let cancel = '';
  const told = (event, data) => {
    if (event === 'job') cancel = data.cancel;
    tell(event, data);
  };
  try {
    const answer = await call(url, { method: 'POST', body: JSON.stringify(asked) });
    await refuse(answer);
    if (isStream(answer)) return await streamed(answer, told, signal);
    const job = await answer.json();
    told('job', job);
    return await followed(job.follow, call, told, signal);
  } catch (error) {
    if (signal.aborted && cancel) load(cancel, { method: 'POST', headers, keepalive: true }).catch(() => {});
    throw error;
  }
}

async function streamed(answer, tell, signal) {
  const read = reader();
  const decoder = new TextDecoder();
  const body = answer.body.getReader();
  for (;;) {
    const { done, value } = await reached(() => body.read(), signal, 'cut');
    if (done) throw new Failure('cut');
    for (const { event, data } of read(decoder.decode(value, { stream: true }))) {
      const known = JSON.parse(data);
      if (event === 'result') return known;
      if (event === 'error') throw failure(known);
      tell(event, known);
    }
  }
}

async function followed(address, call, tell, signal) {
  for (;;) {
    const answer = await call(address, { method: 'GET' });
    await refuse(answer);
    const state = await answer.json();
    if (state.result) return state.result;
    if (state.error) throw failure(state.error);
    tell('phase', state);
    await pause(signal);
  }
}

/** What a call gives, its errors made ours. */
async function reached(call, signal, code = 'unreachable') {
  try {
    return await call();
  } catch {
    throw new Failure(signal.aborted ? 'stopped' : code);
  }
}

async function refuse(answer) {
  if (answer.ok && (isStream(answer) || isJson(answer))) return;
  if (isJson(answer)) throw failure(await answer.json());
  throw new Failure(answer.status < 500 ? 'session' : 'server', { again: answer.status >= 500 });
}

function failure({ code, message, again = true }) {
  return new Failure(code, { message, again });
}

const isStream = (answer) => answer.headers.get('Content-Type')?.startsWith('text/event-stream');
const isJson = (answer) => answer.headers.get('Content-Type')?.startsWith('application/json');

function pause(signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Failure('stopped'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, BETWEEN);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
