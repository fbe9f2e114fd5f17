import { type ErrorCode, LopperError } from '../errors';
import { parseJson, said } from '../json';

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
