import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Failure, generate } from '../../wagtail_ai_content/static/wagtail_ai_content/js/lib/generation.js';

const STREAM = { status: 200, headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } };
const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const json = (status, data) => new Response(JSON.stringify(data), { status, headers: { 'Content-Type': 'application/json' } });

/** Runs a generation against answers in a row; gives its result or failure, what was told and what was asked. */
async function run(answers, { stopAt } = {}) {
  const stop = new AbortController();
  const [told, asked] = [[], []];
  const load = async (url, { method, signal }) => {
    asked.push(`${method} ${url}`);
    signal?.throwIfAborted();
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? json(204, {});
  };
  const tell = (name, data) => {
    told.push([name, data]);
    if (name === stopAt) stop.abort();
  };
  const outcome = await generate({}, { url: '/generate/', headers: {}, signal: stop.signal, tell, fetch: load }).catch((error) => error);
  return { outcome, told, asked };
}

function stream(...pieces) {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  return new Response(new ReadableStream({
    pull(controller) {
      const next = bytes.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
  }), STREAM);
}

test('a stream is told as it comes, and ends with the result', async () => {
  const { outcome, told } = await run([stream(
    event('job', { job: 'j', cancel: '/cancel/' }), event('text', { text: 'Dünn' }), event('result', { options: [{ text: 'Dünn.' }] }),
  )]);
  assert.deepEqual(told, [['job', { job: 'j', cancel: '/cancel/' }], ['text', { text: 'Dünn' }]]);
  assert.deepEqual(outcome, { options: [{ text: 'Dünn.' }] });
});

test('letters that are cut in two by the network come whole', async () => {
  const bytes = new TextEncoder().encode(event('result', { options: [{ text: 'ü€😀' }] }));
  const pieces = [...bytes].map((byte) => new Uint8Array([byte]));
  const body = new ReadableStream({
    pull(controller) {
      const next = pieces.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
  });
  const { outcome } = await run([new Response(body, STREAM)]);
  assert.deepEqual(outcome.options, [{ text: 'ü€😀' }]);
});

test('an error of the server has its own words', async () => {
  const { outcome } = await run([stream(event('error', { code: 'rate_limited', message: 'Wait a minute.', again: true }))]);
  assert.ok(outcome instanceof Failure);
  assert.deepEqual([outcome.code, outcome.message, outcome.again], ['rate_limited', 'Wait a minute.', true]);
});

test('a stream that ends without result or error was cut', async () => {
  const { outcome } = await run([stream(event('text', { text: 'Half' }))]);
  assert.equal(outcome.code, 'cut');
});

test('a request that is refused says why', async () => {
  const { outcome } = await run([json(400, { code: 'too_long', message: 'Too long.', again: false })]);
  assert.deepEqual([outcome.code, outcome.message, outcome.again], ['too_long', 'Too long.', false]);
});

test('a login page, or a page that forbids, means that the session is over', async () => {
  const page = (status) => new Response('<html>', { status, headers: { 'Content-Type': 'text/html' } });
  assert.equal((await run([page(200)])).outcome.code, 'session');
  assert.equal((await run([page(403)])).outcome.code, 'session');
  assert.equal((await run([page(502)])).outcome.code, 'server');
});

test('a server that cannot be reached is told', async () => {
  assert.equal((await run([new TypeError('Failed to fetch')])).outcome.code, 'unreachable');
});

test('a job is followed to its end', async () => {
  const { outcome, told, asked } = await run([
    json(202, { job: 'j', follow: '/jobs/j/', cancel: '/cancel/' }),
    json(200, { status: 'running', progress: 40, message: 'Asking', result: null, error: null }),
    json(200, { status: 'succeeded', result: { options: [] }, error: null }),
  ]);
  assert.deepEqual(outcome, { options: [] });
  assert.deepEqual(told.map(([name]) => name), ['job', 'phase']);
  assert.deepEqual(asked, ['POST /generate/', 'GET /jobs/j/', 'GET /jobs/j/']);
});

test('a job that failed says why', async () => {
  const { outcome } = await run([json(202, { follow: '/f/', cancel: '/c/' }), json(200, { result: null, error: { code: 'refused', message: 'No.', again: false } })]);
  assert.deepEqual([outcome.code, outcome.message], ['refused', 'No.']);
});

test('stopping ends the stream or the waiting, and tells the server', async () => {
  const endless = new Response(new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(event('job', { job: 'j', cancel: '/cancel/' }) + event('text', { text: 'a' })));
      controller.error(new DOMException('', 'AbortError'));
    },
    pull() {},
  }), STREAM);
  const waiting = [json(202, { follow: '/f/', cancel: '/cancel/' }), json(200, { result: null, error: null })];
  const followed = await run(waiting, { stopAt: 'phase' });
  assert.equal(followed.outcome.code, 'stopped');
  assert.deepEqual(followed.asked, ['POST /generate/', 'GET /f/', 'POST /cancel/']);
  const streamed = await run([endless], { stopAt: 'job' });
  assert.ok(['stopped', 'cut'].includes(streamed.outcome.code));
});
