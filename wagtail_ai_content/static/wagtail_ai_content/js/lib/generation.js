/**
 * One generation, however the server answers: as a stream of events, or as a job whose row is followed.
 */

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

/**
 * Reads the format text/event-stream, piece by piece.
 *
 * @returns {(text: string) => {event: string, data: string}[]} To be called with each piece of text as it comes; gives the
 *   events that are whole by then. Comments and what the format calls `id` and `retry` are passed over.
 */
export function reader() {
  let rest = '';
  let [event, data] = ['', []];
  return (text) => {
    rest += text;
    // A carriage return at the end may be half of a line end.
    const end = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, end).split(/\r\n|\n|\r/);
    rest = lines.pop() + rest.slice(end);
    return lines.flatMap((line) => {
      if (line !== '') {
        const [, name, value] = /^([^:]*)(?::\s?)?(.*)$/s.exec(line);
        if (name === 'event') event = value;
        if (name === 'data') data.push(value);
        return [];
      }
      const found = data.length ? [{ event: event || 'message', data: data.join('\n') }] : [];
      [event, data] = ['', []];
      return found;
    });
  };
}

/** A key for a request, also where the page came without encryption, in which browsers have no `randomUUID`. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = 0x40 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
