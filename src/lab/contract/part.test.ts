import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealtTo, shareOf } from './part';

const partsOf = (count: number, of: number) =>
  Array.from({ length: of }, (_, i) => shareOf(count, { index: i + 1, of }));

test('parts are all there is, once and in order, and as long as one another', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 300 }), (count, of) => {
      let next = 0;
      for (const [first, end] of partsOf(count, of)) {
        expect(first).toBe(next);
        expect([Math.floor(count / of), Math.ceil(count / of)]).toContain(end - first);
        next = end;
      }
      expect(next).toBe(count);
    }),
  );
});

test('dealt out, everything is in one part, and parts are as long as one another', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 40 }), (count, of) => {
      const parts = Array.from({ length: of }, (_, i) => dealtTo(count, { index: i + 1, of }));
      expect(parts.flat().sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
      for (const { length } of parts) expect([Math.floor(count / of), Math.ceil(count / of)]).toContain(length);
    }),
  );
  expect(dealtTo(5, { index: 2, of: 2 })).toEqual([1, 3]);
  expect(dealtTo(3)).toEqual([0, 1, 2]);
});

test('more parts than there is work leave some empty, and no part is all of it', () => {
  expect(partsOf(2, 3)).toEqual([
    [0, 0],
    [0, 1],
    [1, 2],
  ]);
  expect(partsOf(0, 2)).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(shareOf(7)).toEqual([0, 7]);
});
