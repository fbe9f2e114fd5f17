import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { formatDropList, parseDropList } from './drop-list';

const short = (list: Sublayer[]) => list.map((s) => `${s.kind}${s.block}`).join(' ');

test.each([
  ['attn:2,ffn:3,block:4', 'attn2 ffn3 attn4 ffn4'],
  ['attn:2-5', 'attn2 attn3 attn4 attn5'],
  ['block:0-1', 'attn0 ffn0 attn1 ffn1'],
  ['attn:5,2, 3 ;ffn:7', 'attn5 attn2 attn3 ffn7'],
  ['ffn:1,block:1,ffn:1', 'ffn1 attn1'],
  [' attn : 2 - 3 ', 'attn2 attn3'],
  ['', ''],
])('"%s" drops %s', (text, expected) => {
  expect(short(parseDropList(text, 8))).toBe(expected);
});

test.each([
  ['atn:2', '"atn:2"'],
  ['attn:2,,ffn:3', 'an empty piece: "attn:2,,ffn:3"'],
  ['attn:2,', 'an empty piece: "attn:2,"'],
  ['attn:', '"attn:"'],
  ['2,3', '"2"'],
  ['attn:1,ffn:-1', '"ffn:-1"'],
  ['attn:5-2', '"attn:5-2"'],
  ['attn:1.5', '"attn:1.5"'],
  ['block:99999999999', '"block:99999999999"'],
  ['ATTN:2', '"ATTN:2"'],
])('"%s" is refused and the piece at fault named', (text, piece) => {
  expect(() => parseDropList(text, 8)).toThrow(
    expect.objectContaining({ code: 'mask-invalid', message: expect.stringContaining(piece) }),
  );
});

test('a block the model lacks is named, and so is how many there are', () => {
  expect(() => parseDropList('attn:2,ffn:6-8', 8)).toThrow(
    expect.objectContaining({
      code: 'mask-mismatch',
      message: '"ffn:6-8" names block 8, but this model has 8 blocks.',
      remedy: 'Blocks are counted from 0: use 0 to 7.',
    }),
  );
  expect(() => parseDropList('attn:1', 1)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('1 block.') }),
  );
});

test('a huge range is refused at once, with and without a model', () => {
  expect(() => parseDropList('attn:0-999999999', 32)).toThrow(expect.objectContaining({ code: 'mask-mismatch' }));
  expect(() => parseDropList('attn:0-999999999')).toThrow(expect.objectContaining({ code: 'mask-mismatch' }));
});

test.each([
  ['attn:2,attn:3,attn:4,ffn:9', 'attn:2-4,ffn:9'],
  ['block:4,5', 'block:4,5'],
  ['attn:4,ffn:4', 'block:4'],
  ['ffn:4,attn:4', 'ffn:4,attn:4'],
  ['attn:3,2', 'attn:3,2'],
])('%s is written %s', (text, expected) => {
  expect(formatDropList(parseDropList(text, 10))).toBe(expected);
});

test('every list is read back as it was written, order included', () => {
  const sublayer: fc.Arbitrary<Sublayer> = fc.record({ block: fc.nat(7), kind: fc.constantFrom('attn', 'ffn') });
  const list = fc.uniqueArray(sublayer, { selector: (s) => `${s.kind}${s.block}` });
  fc.assert(
    fc.property(list, (dropped) => {
      expect(parseDropList(formatDropList(dropped), 8)).toEqual(dropped);
    }),
    { numRuns: 500 },
  );
});

test('any text is read or refused by name', () => {
  const text = fc.string({
    unit: fc.constantFrom('attn', 'ffn', 'block', ':', ',', ';', '-', '1', '9', ' ', 'x', '😀'),
  });
  fc.assert(
    fc.property(text, fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }), (t, blocks) => {
      try {
        for (const s of parseDropList(t, blocks)) expect(s.block).toBeLessThan(blocks ?? 10_000);
      } catch (error) {
        expect(error).toBeInstanceOf(LopperError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a list that names everything again and again is refused at once', () => {
  const begin = performance.now();
  expect(() => parseDropList('block:0-9999,'.repeat(1200).slice(0, -1))).toThrow('names more layers than a model has');
  expect(performance.now() - begin).toBeLessThan(1000);
});
