import { type ErrorCode, LopperError } from '../errors';

/** Parses a JSON object; anything else throws `code`, naming the file and what it is instead. */
export function parseObject(text: string, file: string, code: ErrorCode): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === '' ? 'is empty' : 'is not JSON';
    throw new LopperError(
      code,
      `${file} ${what} (${(cause as Error).message}).`,
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
