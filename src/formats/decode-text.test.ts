import { expect, test } from 'vitest';
import { decodeStrictly, decodeText } from './decode-text';
import { expectFailure } from './testing';

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, big: boolean) => {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  for (const [i, unit] of [0xfeff, ...Array.from({ length: text.length }, (_, k) => text.charCodeAt(k))].entries()) {
    view.setUint16(2 * i, unit, !big);
  }
  return bytes;
};

test('a byte order mark says the encoding and is no part of the text', () => {
  for (const bytes of [utf8('größer'), utf8('\uFEFFgrößer'), utf16('größer', false), utf16('größer', true)]) {
    expect(decodeText('a.txt', bytes)).toEqual({ text: 'größer' });
    expect(decodeStrictly('config.json', bytes)).toBe('größer');
  }
});

test('bytes of Windows are read as Windows-1252 with a note, and refused in a model’s own file', async () => {
  const bytes = Uint8Array.from([0x4b, 0xf6, 0x6c, 0x6e, 0x20, 0x96, 0x20, 0x80]);
  expect(decodeText('a.txt', bytes)).toEqual({
    text: 'Köln – €',
    note: 'a.txt is not UTF-8 (byte 1 is 0xf6): it was read as Windows-1252.',
  });
  const error = await expectFailure(async () => decodeStrictly('config.json', bytes), 'text-encoding');
  expect(error.message).toBe('config.json is not UTF-8 text: byte 1 is 0xf6.');
});

test.each([
  ['a character cut off at the end', [0x61, 0xe2, 0x82], 1],
  ['an overlong form', [0x61, 0x62, 0xc0, 0xaf], 2],
  ['half a surrogate pair', [0xed, 0xa0, 0x80], 0],
  ['beyond the last character', [0x61, 0xf4, 0x90, 0x80, 0x80], 1],
  ['a lead without what follows it', [0xe4, 0x68], 0],
])('%s is named by its first byte', (_, bytes, at) => {
  expect(decodeText('a.txt', Uint8Array.from(bytes)).note).toContain(`(byte ${at} is 0x${bytes[at]!.toString(16)})`);
});

test('what is no text, half of UTF-16 and a pointer are refused by name', async () => {
  const refused = async (bytes: Uint8Array, code: 'text-encoding' | 'not-a-model-file') =>
    (await expectFailure(async () => decodeText('a.txt', bytes), code)).message;
  expect(await refused(Uint8Array.from([0x61, 0, 0x62, 0]), 'text-encoding')).toContain('zero bytes');
  expect(await refused(Uint8Array.from([0xff, 0xfe, 0x61]), 'text-encoding')).toContain('UTF-16LE');
  expect(await refused(utf8('version https://git-lfs.github.com/spec/v1\n'), 'not-a-model-file')).toContain('git-LFS');
});
