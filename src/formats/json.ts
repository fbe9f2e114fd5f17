import { type ErrorCode, LopperError } from '../errors';

/** Objects and lists one within the other: no file of any format here has twenty. */
const MOST_DEPTH = 200;

/**
 * Parses text from outside; a byte order mark is passed over. Throws `SyntaxError`, also for values nested so deep that
 * looking at them would take more stack than there is.
 */
export function parseJson(text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const value: unknown = JSON.parse(json);
  if (isDeep(json)) throw new SyntaxError(`its values are nested more than ${MOST_DEPTH} deep`);
  return value;
}

/** Of sound JSON. */
function isDeep(json: string): boolean {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < json.length; at++) {
    const c = json.charCodeAt(at);
    if (c === QUOTE) {
      for (at++; json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++;
    } else if (c === OPEN_LIST || c === OPEN_OBJECT) {
      if (++depth > most) most = depth;
    } else if (c === CLOSE_LIST || c === CLOSE_OBJECT) depth--;
  }
  return most > MOST_DEPTH;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** What an error of another's says, cut where it quotes much of a file. */
export const said = (error: unknown, most = 200): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > most ? `${text.slice(0, most)}…` : text;
};

/** A value as JSON, for a message: cut where it is long, since what comes from outside may be megabytes. */
export function shown(value: unknown, most = 60): string {
  // A long text is cut first: quoting it whole would only be thrown away.
  const short = typeof value === 'string' ? value.slice(0, most + 1) : value;
  const text = JSON.stringify(short) ?? String(short);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Parses a JSON object; anything else throws `code`, naming the file and what it is instead. */
export function parseObject(text: string, file: string, code: ErrorCode): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    const what = text.trim() === '' ? 'is empty' : 'is not JSON';
    throw new LopperError(
      code,
      `${file} ${what} (${said(cause)}).`,
      'Get the file again from where the model is published.',
      { cause },
    );
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
    throw new LopperError(
      code,
      `${file} holds ${kind}, not an object.`,
      'Get the file again from where the model is published.',
    );
  }
  return value as Record<string, unknown>;
}

/** A key that stands twice in an object of sound JSON, at its first level; JSON.parse would keep the last without a word. */
export function repeatedKey(json: string): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const c = json[at];
    if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    else if (c === '"') {
      const start = at++;
      while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
      // Of an object of objects, what a colon follows at the first level is a key.
      if (depth !== 1 || !/^\s*:/.test(json.slice(at + 1, at + 20))) continue;
      const key = JSON.parse(json.slice(start, at + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
