/**
 * The format text/event-stream, read piece by piece. Pure.
 */

/**
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
