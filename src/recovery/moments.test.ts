import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Moments, mergeMoments } from './moments';
import { momentsOfRows } from './testing';

const number = fc.double({ min: -100, max: 100, noNaN: true });
const row = fc.record({
  x: fc.tuple(number, number),
  t: fc.tuple(number, number),
  weight: fc.double({ min: 0.1, max: 3, noNaN: true }),
});

test('moments of several runs of rows put together are those of all rows, however they are grouped', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 12 }), fc.nat(), fc.nat(), (rows, a, b) => {
      const [i, j] = [a % rows.length, b % rows.length].sort((p, q) => p - q) as [number, number];
      const runs = [rows.slice(0, i), rows.slice(i, j), rows.slice(j)].filter((run) => run.length > 0);
      const got = mergeMoments([
        mergeMoments(runs.slice(0, 2).map(momentsOfRows)),
        ...runs.slice(2).map(momentsOfRows),
      ]);
      const want = momentsOfRows(rows);
      const flat = (m: Moments) =>
        [m.rows, m.weight, ...m.x, ...m.t, ...m.absX, ...m.xx, ...m.xt, ...m.tt].concat([
          ...m.products!.xx,
          ...m.products!.xt,
        ]);
      for (const [k, value] of flat(want).entries()) {
        expect(Math.abs(flat(got)[k]! - value)).toBeLessThan(1e-9 * (1 + 1e4 * want.weight));
      }
    }),
  );
});

test('rows that do not count change nothing', () => {
  const some = [1, 2, 3].map((v) => ({ x: [v, -v], t: [v * v, 1], weight: 1 }));
  const none = some.map((r) => ({ ...r, x: [1e6, 1], weight: 0 }));
  expect(mergeMoments([momentsOfRows(none), momentsOfRows(some)])).toEqual(momentsOfRows(some));
});
