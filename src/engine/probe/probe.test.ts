import { afterEach, expect, it, vi } from 'vitest';
import { type CardPace, timedCard } from '../testing/timed-card';
import { measureCalls, measurePeak } from './basics';
import { BenchTop } from './bench-top';
import { measureProducts } from './products';

afterEach(() => vi.restoreAllMocks());

/** A card with the cache of an RTX 4090, under a program that takes longer over a dispatch than the card does. */
const pace: CardPace = {
  ...{ encode: 9, dispatch: 2.5, latency: 80 },
  ...{ memory: 250, cache: 72 * 2 ** 20, cacheRate: 1250, multiplyAdd: 80_000 },
};

it('a dispatch costs what the card takes for it, however long the program takes to record it', async () => {
  const calls = await measureCalls(new BenchTop(timedCard(pace)));
  expect(calls.dependent).toBeCloseTo(pace.dispatch, 1);
  expect(calls.independent).toBeCloseTo(pace.dispatch, 1);
  expect(calls.recording).toBeCloseTo(pace.encode, 1);
  expect(calls.submit).toBeCloseTo(pace.latency / 1000, 3);
});

it('no product reads its weights more quickly than memory can be read, whatever the cache holds', async () => {
  const top = new BenchTop(timedCard(pace));
  const choice = { matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', fewRows: 100, threads: 64 } as const;
  const shape = { inputs: 2048, outputs: 2048 };
  const rates = await measureProducts(top, choice, ['F16', 'Q4_0'], [1], shape);
  for (const { dtype, rows, weightRate } of rates) {
    expect(weightRate, `${dtype}, ${rows} rows`).toBeLessThanOrEqual(pace.memory);
    expect(weightRate, `${dtype}, ${rows} rows`).toBeGreaterThan(0.4 * pace.memory);
  }
});

it('the best multiply-add rate is the card’s', async () => {
  expect((await measurePeak(new BenchTop(timedCard(pace)))) / pace.multiplyAdd).toBeCloseTo(1, 1);
});
