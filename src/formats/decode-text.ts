import { LopperError } from '../errors';
import { refuseImpostor, refusePointer, SNIFF_BYTES } from './sniff';

/** A file's text, and what a person should know of how it was read. */
export interface DecodedText {
  readonly text: string;
  readonly note?: string;
}

/** Byte order marks and what they stand for; none is part of the text. */
const MARKS = [
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * The text of a file a person gives: in the encoding that its byte order mark names, else UTF-8. Bytes that are neither
 * are read as Windows-1252, what editors and spreadsheets on Windows write, and a note says so. Throws `text-encoding` for
 * bytes that are no text, `not-a-model-file` for a git-LFS pointer.
 */
export function decodeText(name: string, bytes: Uint8Array): DecodedText {
  refusePointer(name, bytes);
  const exact = decodeExactly(name, bytes);
  if (exact !== undefined) return { text: exact };
  const at = invalidAt(bytes);
  return {
    text: windows1252(bytes),
    note: `${name} is not UTF-8 (byte ${at} is 0x${bytes[at]!.toString(16)}): it was read as Windows-1252.`,
  };
}

/**
 * The text of a model's own file, which is UTF-8 or says otherwise by a byte order mark. Throws `text-encoding` with the
 * first byte at fault, `not-a-model-file` for a git-LFS pointer or a web page.
 */
export function decodeStrictly(name: string, bytes: Uint8Array): string {
  refuseImpostor(name, bytes);
  const exact = decodeExactly(name, bytes);
  if (exact !== undefined) return exact;
  const at = invalidAt(bytes);
  throw new LopperError(
    'text-encoding',
    `${name} is not UTF-8 text: byte ${at} is 0x${bytes[at]!.toString(16)}.`,
    'Get the file again from where the model is published, or save it as UTF-8.',
  );
}

/** Undefined where the bytes are in no encoding that can be told for sure. */
function decodeExactly(name: string, bytes: Uint8Array): string | undefined {
  const marked = MARKS.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte));
  if (!marked && bytes.subarray(0, SNIFF_BYTES).includes(0)) {
    throw new LopperError(
      'text-encoding',
      `${name} is no text, or UTF-16 without a byte order mark: it has zero bytes.`,
      'Save it as UTF-8 and give it again.',
    );
  }
  try {
    return new TextDecoder(marked?.encoding ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    if (!marked) return undefined;
    throw new LopperError(
      'text-encoding',
      `${name} begins with the byte order mark of ${marked.encoding.toUpperCase()}, and is not in it.`,
      'Save it as UTF-8 and give it again.',
    );
  }
}

/** What Windows-1252 has at 0x80 to 0x9F, where Latin-1 has control characters. */
const HIGH = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Node 20 decodes Windows-1252 as Latin-1 (nodejs/node#56542); browsers do it right, and nothing is left to replace. */
const windows1252 = (bytes: Uint8Array): string =>
  new TextDecoder('windows-1252').decode(bytes).replace(/[\x80-\x9f]/g, (c) => HIGH[c.charCodeAt(0) - 0x80]!);

/** The first byte that is not part of valid UTF-8. Only called where there is one. */
function invalidAt(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return 0;
}

/** Bytes of the UTF-8 character that begins here; 0 where none does. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  // Overlong forms, surrogates, and what lies beyond the last character.
  const outside = { 224: second < 0xa0, 237: second >= 0xa0, 240: second < 0x90, 244: second >= 0x90 }[lead];
  return outside ? 0 : length;
}
