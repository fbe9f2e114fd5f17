/**
 * As much of YAML as mergekit's configurations use: maps and lists by indentation, lists and maps in brackets, plain and
 * quoted scalars, comments. Throws `SyntaxError` for what it does not know: anchors, tags, blocks of text, tabs.
 */
export function parseYaml(text: string): unknown {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map(withoutComment)
    .filter((line) => line.trim() !== '' && line.trim() !== '---')
    .map((line): Line => ({ indent: line.search(/\S/), text: line.trim() }));
  if (lines.length > MOST_LINES) throw new SyntaxError(`more than ${MOST_LINES} lines`);
  if (lines.length === 0) return null;
  const at = { line: 0 };
  const value = block(lines, at, lines[0]!.indent, 0);
  if (at.line < lines.length)
    throw new SyntaxError(`"${short(lines[at.line]!.text)}" is indented as nothing before it`);
  return value;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

const MOST_LINES = 20_000;
const MOST_DEPTH = 50;

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** A # begins a comment where it stands alone, outside quotes. */
function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quote) quote = c === quote ? '' : quote;
    else if ((c === '"' || c === "'") && /[\s[{,:-]|^$/.test(line[i - 1] ?? '')) quote = c;
    else if (c === '#' && (i === 0 || /\s/.test(line[i - 1]!))) return line.slice(0, i);
  }
  return line;
}

const KEY = /^("[^"]*"|'[^']*'|[^\s"'[\]{},#&*!|>-][^:#]*?)\s*:(?:\s+(.*))?$/;

/** The map or the list whose entries begin at this indent. */
function block(lines: Line[], at: { line: number }, indent: number, depth: number): unknown {
  if (depth > MOST_DEPTH) throw new SyntaxError('nested too deep');
  const first = lines[at.line]!;
  return /^-(\s|$)/.test(first.text) ? list(lines, at, indent, depth) : map(lines, at, indent, depth);
}

function list(lines: Line[], at: { line: number }, indent: number, depth: number): unknown[] {
  const items: unknown[] = [];
  while (at.line < lines.length && lines[at.line]!.indent === indent && /^-(\s|$)/.test(lines[at.line]!.text)) {
    const { text } = lines[at.line]!;
    const rest = text.slice(1).trimStart();
    if (rest === '') {
      at.line++;
      items.push(nested(lines, at, indent + 1, depth));
    } else if (KEY.test(rest) || /^-\s/.test(rest)) {
      // What stands behind the dash is the first entry of a block that is indented by as much.
      const inner = indent + text.length - rest.length;
      lines[at.line] = { indent: inner, text: rest };
      items.push(block(lines, at, inner, depth + 1));
    } else {
      at.line++;
      items.push(scalar(rest));
    }
  }
  return items;
}

function map(lines: Line[], at: { line: number }, indent: number, depth: number): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  while (at.line < lines.length && lines[at.line]!.indent === indent) {
    const { text } = lines[at.line]!;
    const found = KEY.exec(text);
    if (!found) throw new SyntaxError(`"${short(text)}" is no "key: value"`);
    const key = String(scalar(found[1]!));
    if (entries.has(key)) throw new SyntaxError(`${short(key)} stands twice`);
    at.line++;
    if (found[2]) entries.set(key, scalar(found[2]));
    else {
      // A list may stand at the indent of its key.
      const next = lines[at.line];
      const isList = next?.indent === indent && /^-(\s|$)/.test(next.text);
      entries.set(key, isList ? list(lines, at, indent, depth + 1) : nested(lines, at, indent + 1, depth));
    }
  }
  return Object.fromEntries(entries);
}

/** What is indented by at least so much; null where nothing is. */
function nested(lines: Line[], at: { line: number }, least: number, depth: number): unknown {
  const next = lines[at.line];
  return next && next.indent >= least ? block(lines, at, next.indent, depth + 1) : null;
}

/** A value on one line. */
function scalar(text: string): unknown {
  const flow = new Flow(text);
  const value = flow.value(0);
  flow.end();
  return value;
}

/** Brackets and scalars, read from left to right. */
class Flow {
  #at = 0;
  constructor(readonly text: string) {}

  value(depth: number): unknown {
    if (depth > MOST_DEPTH) throw new SyntaxError('nested too deep');
    this.#space();
    const c = this.text[this.#at];
    if (c === '[') return this.#items(']', () => this.value(depth + 1));
    if (c === '{') {
      const pairs = this.#items('}', () => {
        const key = this.value(depth + 1);
        this.#space();
        if (this.text[this.#at++] !== ':') throw new SyntaxError(`"${short(this.text)}" lacks a colon`);
        return [String(key), this.value(depth + 1)] as const;
      });
      return Object.fromEntries(pairs);
    }
    if (c === '"' || c === "'") return this.#quoted(c);
    return plain(this.#word(depth > 0));
  }

  end(): void {
    this.#space();
    if (this.#at < this.text.length) throw new SyntaxError(`"${short(this.text)}" goes on after its end`);
  }

  #space() {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  #items<T>(close: string, read: () => T): T[] {
    this.#at++;
    const items: T[] = [];
    for (;;) {
      this.#space();
      if (this.text[this.#at] === close) break;
      items.push(read());
      this.#space();
      if (this.text[this.#at] === ',') this.#at++;
      else if (this.text[this.#at] !== close) throw new SyntaxError(`"${short(this.text)}" is not closed`);
    }
    this.#at++;
    return items;
  }

  #quoted(quote: string): string {
    const end = this.text.indexOf(quote, this.#at + 1);
    if (end < 0) throw new SyntaxError(`"${short(this.text)}" is not closed`);
    const inner = this.text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inner;
  }

  #word(inBrackets: boolean): string {
    const rest = this.text.slice(this.#at);
    const word = inBrackets ? /^[^,[\]{}:]*/.exec(rest)![0] : rest;
    this.#at += word.length;
    return word.trim();
  }
}

function plain(word: string): unknown {
  if (/^[&*!|>%@`]/.test(word)) throw new SyntaxError(`"${short(word)}" is of a kind that is not read here`);
  if (word === '' || word === '~' || word === 'null') return null;
  if (word === 'true' || word === 'false') return word === 'true';
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : word;
}
