import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addSample, halfWidth, type Moments, studentT } from './interval';

const noMoments = (): Moments => ({ count: 0, mean: 0, squares: 0 });

test.each([
  [1, 12.7062],
  [2, 4.3027],
  [5, 2.5706],
  [9, 2.2622],
  [10, 2.2281],
  [15, 2.1314],
  [30, 2.0423],
  [120, 1.9799],
  [1e6, 1.96],
  [9.7, 2.2622],
])('Student’s t with %d degrees of freedom is %d, as printed tables have it', (df, t) => {
  expect(studentT(df)).toBeCloseTo(t, 3.8);
});

test('no interval is made up from fewer than two samples', () => {
  expect(studentT(0)).toBeNaN();
  const one = noMoments();
  addSample(one, 3);
  expect(one.mean).toBe(3);
  expect(halfWidth(one)).toBeNaN();
});

test('the interval of 2, 4, 4, 4, 5, 5, 7, 9 is 5 plus or minus 1.788', () => {
  const m = noMoments();
  for (const x of [2, 4, 4, 4, 5, 5, 7, 9]) addSample(m, x);
  expect(m.mean).toBe(5);
  expect(halfWidth(m)).toBeCloseTo(2.36462 * Math.sqrt(32 / 7 / 8), 4); // squared deviations sum to 32
});

test('a large offset costs no accuracy', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 30 }), (values) => {
      const [near, far] = [noMoments(), noMoments()];
      for (const x of values) {
        addSample(near, x);
        addSample(far, x + 1e6);
      }
      expect(far.mean - 1e6).toBeCloseTo(near.mean, 8);
      expect(halfWidth(far)).toBeCloseTo(halfWidth(near), 6);
    }),
  );
});
