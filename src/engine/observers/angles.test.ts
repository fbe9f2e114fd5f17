import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anglesOf, type SpanAngles, spanAngles } from './angles';

/** Angles of the three spans of two blocks, of each row of a text. */
const texts = fc.array(fc.array(fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100)), { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 4,
});

function seen(rows: readonly (readonly number[])[]): SpanAngles {
  const sum = (i: number) => rows.reduce((all, row) => all + row[i] / 100, 0);
  return { rows: rows.length, sums: [[sum(0), sum(1)], [sum(2)]] };
}

test('angles of several texts put together are means over all of their rows, however they are grouped', () => {
  fc.assert(
    fc.property(texts, fc.nat(4), (all, cut) => {
      const parts = all.map(seen);
      const [below, above] = [parts.slice(0, cut), parts.slice(cut)].filter((some) => some.length > 0);
      const grouped = above ? [spanAngles.merge(below!), spanAngles.merge(above)] : parts;
      const want = anglesOf(seen(all.flat()));
      for (const merged of [spanAngles.merge(parts), spanAngles.merge(grouped)]) {
        for (const [a, own] of anglesOf(merged).entries())
          for (const [n, angle] of own.entries()) expect(angle).toBeCloseTo(want[a]![n]!, 9);
      }
    }),
  );
});
