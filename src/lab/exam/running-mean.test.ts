import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../benchmarks/statistics';
import { seeded } from '../../random';
import { RunningMean } from './running-mean';

const figure = (metric: ConstructorParameters<typeof RunningMean>[0], items: Record<string, number>[]) => {
  const mean = new RunningMean(metric);
  for (const item of items) mean.add(item);
  return mean.get();
};

describe('a metric over items', () => {
  it('that is a share has the interval of an accuracy', () => {
    const items = [1, 0, 1, 1, 0, 1].map((acc) => ({ acc }));
    expect(figure({ name: 'acc', kind: 'share' }, items)).toEqual({
      n: 6,
      mean: 4 / 6,
      interval: wilsonInterval(4, 6),
    });
  });

  it('is its mean and 1.96 standard errors by the sample deviation; what is not a number is left out', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 30 }), (values) => {
        const n = values.length;
        const mean = values.reduce((a, b) => a + b, 0) / n;
        const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
        const got = figure(
          { name: 'x', kind: 'mean' },
          [...values, Number.NaN].map((x) => ({ x })),
        );
        expect(got.n).toBe(n);
        expect(got.mean).toBeCloseTo(mean, 9);
        expect(got.interval[1] - got.mean).toBeCloseTo((1.96 * deviation) / Math.sqrt(n), 3);
        expect(got.mean - got.interval[0]).toBeCloseTo(got.interval[1] - got.mean, 9);
      }),
      { seed: 7 },
    );
  });

  it('that is a perplexity is exp of minus the mean log-probability, low end first', () => {
    const got = figure(
      { name: 'perplexity', kind: 'perplexity' },
      [-1, -2, -4].map((perplexity) => ({ perplexity })),
    );
    expect(got.mean).toBeCloseTo(Math.exp(7 / 3), 9);
    expect(got.interval[0]).toBeLessThan(got.mean);
    expect(got.interval[1]).toBeGreaterThan(got.mean);
  });

  it('per something else is the ratio of the sums, and has no error where the ratio is always the same', () => {
    const metric = { name: 'sum', kind: 'perplexity', per: 'tokens' } as const;
    const got = figure(metric, [
      { sum: -6, tokens: 3 },
      { sum: -4, tokens: 2 },
    ]);
    expect(got.mean).toBeCloseTo(Math.exp(2), 9);
    expect(got.interval[1]).toBeCloseTo(got.mean, 6);
    const uneven = figure(metric, [
      { sum: -6, tokens: 3 },
      { sum: -9, tokens: 2 },
    ]);
    expect(uneven.mean).toBeCloseTo(Math.exp(3), 9);
    expect(uneven.interval[1]).toBeGreaterThan(uneven.mean);
  });

  it.each([
    ['a mean of numbers', { name: 'x', kind: 'mean' }, 0.4],
    ['a perplexity over windows of unlike length', { name: 'x', kind: 'perplexity', per: 'tokens' }, Math.exp(0.5)],
  ] as const)('%s has a 95 % interval that covers the truth in 93 to 97 of 100 simulated runs', (_, metric, truth) => {
    const random = seeded(5);
    // Of mean 0.4 and skewed, as a probability is; the log-probability of a token has the mean -0.5.
    const item = (): Record<string, number> => {
      if (metric.kind === 'mean') return { x: 1.2 * random() ** 2 };
      const tokens = 1 + Math.floor(8 * random());
      return { x: -Array.from({ length: tokens }, () => random()).reduce((a, b) => a + b, 0), tokens };
    };
    const runs = 2000;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const { interval } = figure(metric, Array.from({ length: 100 }, item));
      if (interval[0] <= truth && truth <= interval[1]) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.97);
  });

  it('of nothing is nothing', () => {
    expect(figure({ name: 'x', kind: 'mean' }, [{ x: Number.NaN }])).toMatchObject({ n: 0 });
  });
});
