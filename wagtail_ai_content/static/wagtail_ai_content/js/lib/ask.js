/**
 * Requests to our own admin views.
 */

const CONFIG = JSON.parse(document.getElementById('wagtail-config')?.textContent ?? '{}');

/** Whether the person has keyboard shortcuts switched on in Wagtail. */
export function hasShortcuts() {
  return CONFIG.KEYBOARD_SHORTCUTS_ENABLED !== false;
}

/**
 * @param {string} url
 * @param {Record<string, string | number>} query
 * @param {FormData} [body] Sent by POST; without, the request is a GET.
 * @returns {Promise<object | null>} The JSON of the answer; null when there is none.
 * @throws when the server refuses or cannot be reached; `told` is what it said, if it did.
 */
export async function ask(url, query, body) {
  const answer = await fetch(`${url}?${new URLSearchParams(query)}`, {
    method: body ? 'POST' : 'GET',
    body,
    headers: { ...token(), Accept: 'application/json' },
  });
  if (!answer.ok) {
    const { message = '' } = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(`${answer.status} ${url}`), { told: message });
  }
  return answer.status === 204 ? null : answer.json();
}

/** What each request says: that a script asks, and the token of Django's that it may. */
export function token() {
  return { 'X-Requested-With': 'XMLHttpRequest', [CONFIG.CSRF_HEADER_NAME]: CONFIG.CSRF_TOKEN };
}

/** For JSON in the body; the answer may be a stream. */
export function headers() {
  return { ...token(), Accept: 'text/event-stream, application/json', 'Content-Type': 'application/json' };
}

/** A URL with the names in `values` put in, as `/APP/MODEL/OBJECT/`. */
export function filled(url, values) {
  return url.replace(/\/([A-Z]+)(?=\/)/g, (whole, name) => (name in values ? `/${values[name]}` : whole));
}

/** Milliseconds since this page was asked for. */
export function age() {
  return Math.ceil(Date.now() - performance.timeOrigin);
}
