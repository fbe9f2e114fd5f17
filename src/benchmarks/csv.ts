/**
 * RFC 4180: cells in quotes may hold commas, new lines and doubled quotes. `line` is where a row begins. Empty rows are
 * passed over; a quote that never closes takes the rest of the file, as in other readers.
 */
export function* parseCsv(text: string): Generator<{ line: number; cells: string[] }> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const cells: string[] = [];
    for (;;) {
      const cell = parseCell(text, at);
      cells.push(cell.text);
      at = cell.end;
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (cells.length > 1 || cells[0] !== '') yield { line, cells };
    line += text.slice(start, at).split('\n').length - 1;
  }
}

function parseCell(text: string, start: number): { text: string; end: number } {
  let at = start;
  let quoted = '';
  if (text[at] === '"') {
    do {
      const close = text.indexOf('"', at + 1);
      const end = close < 0 ? text.length : close;
      // The second of two quotes is a quote of the cell's own.
      quoted += (at === start ? '' : '"') + text.slice(at + 1, end);
      at = end + 1;
    } while (text[at] === '"');
  }
  const from = Math.min(at, text.length);
  while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++;
  return { text: quoted + text.slice(from, at), end: Math.min(at, text.length) };
}
