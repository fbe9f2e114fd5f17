import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../formats/testing';
import { parseConfig } from '../model/config';
import { layoutOf } from '../model/describe';
import type { ModelSpec } from '../model/spec';
import { bytesOf, defaultBudget, MAX_ROWS, planWaves, rowsWithin, type Work } from './budget';
import { spanAngles } from './observers/angles';
import { bufferOf } from './observers/observer';
import { unitStatistics } from './observers/units';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const specOf = (config: object): ModelSpec => ({
  ...layoutOf(parseConfig(JSON.stringify({ model_type: 'llama', ...config }))),
  dtype: 'F16',
});
const SMALL = specOf({
  hidden_size: 64,
  num_hidden_layers: 5,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  intermediate_size: 172,
  vocab_size: 512,
  max_position_embeddings: 512,
});
const SEVEN_B = specOf({
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  intermediate_size: 11008,
  vocab_size: 32000,
  max_position_embeddings: 4096,
});

/** One text of `count` tokens under so many masks. */
const work = (count: number, branches: number, more: Partial<Work> = {}): Work => ({
  rows: {
    count,
    tileCount: Math.ceil(count / 4),
    scoreStride: Math.ceil(count / 4) * 4,
    maxPosition: count - 1,
    keyCount: count,
  },
  scored: { rows: count - 1, pairs: count - 1, distance: false },
  branches,
  logitRows: 0,
  observers: [],
  ...more,
});

describe('a walk that fits', () => {
  test('goes in one wave, with the largest working buffers', () => {
    const plan = planWaves(SMALL, GIB, work(128, 64), 512 * MIB, true);
    expect(plan).toMatchObject({ branches: 64, perChunk: 16, headRows: 512, observed: 0 });
    expect(plan.bytes).toBe(bytesOf(plan.buffers));
    expect(plan.bytes).toBeLessThan(16 * MIB);
  });

  test('of a 7B model over 2048 tokens takes many branches at once within 1 GiB', () => {
    const plan = planWaves(SEVEN_B, 2 * GIB, work(2048, 64), GIB, true);
    expect(plan.branches).toBeGreaterThanOrEqual(13);
    expect(plan.bytes).toBeLessThanOrEqual(GIB);
  });
});

describe('a budget', () => {
  const walks = fc.record({
    count: fc.integer({ min: 2, max: 512 }),
    masks: fc.integer({ min: 1, max: 80 }),
    budget: fc.integer({ min: 20_000, max: 16 * MIB }),
    logitRows: fc.constantFrom(0, 3),
    how: fc.constantFrom<Work['observers']>(
      [],
      [unitStatistics('rows')],
      [unitStatistics('histograms')],
      [unitStatistics('sums'), spanAngles],
    ),
    distance: fc.boolean(),
  });

  test('is never exceeded, or refused with the number of tokens that fits', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(walks, async ({ count, masks, budget, how, distance, logitRows }) => {
        const asked = work(count, masks, { observers: how, logitRows });
        const w = { ...asked, scored: { ...asked.scored, distance } };
        const plan = () => planWaves(SMALL, GIB, w, budget, true);
        try {
          const { bytes, branches, observed, perChunk, buffers } = plan();
          expect(bytes).toBeLessThanOrEqual(budget);
          expect(branches).toBeGreaterThanOrEqual(1);
          expect(branches).toBeLessThanOrEqual(masks);
          expect(perChunk).toBeLessThanOrEqual(branches);
          const slots = branches < masks ? branches + 1 : branches;
          expect(buffers.stream).toBe(slots * count * 64 * 4);
          if (how.length > 0) expect(observed * 8).toBeGreaterThanOrEqual(count);
          expect(planWaves(SMALL, GIB, w, 2 * budget, true).branches).toBeGreaterThanOrEqual(branches / 2);
        } catch (error) {
          refused++;
          await expectFailure(Promise.reject(error), 'out-of-memory', `${count} tokens`);
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(10);
  });

  test('that is too small says how long a text may be, and that text does fit', () => {
    const refusal = (): string => {
      try {
        planWaves(SMALL, GIB, work(512, 20), MIB, true);
      } catch (error) {
        return (error as { remedy: string }).remedy;
      }
      return '';
    };
    const fits = Number(/at most (\d+) tokens/.exec(refusal())?.[1]);
    expect(fits).toBeGreaterThan(50);
    expect(planWaves(SMALL, GIB, work(fits, 20), MIB, true).bytes).toBeLessThanOrEqual(MIB);
  });

  test('of the adapter only guides: a walk that takes more still goes, one branch at a time', () => {
    const plan = planWaves(SEVEN_B, 2 * GIB, work(2048, 64), 64 * MIB, false);
    expect(plan.branches).toBe(1);
    expect(plan.bytes).toBeLessThan(700 * MIB);
  });

  test('by default is half the largest buffer, and no more than one binding', () => {
    const limits = { maxBufferSize: GIB, maxStorageBufferBindingSize: GIB } as Parameters<typeof defaultBudget>[0];
    expect(defaultBudget(limits)).toBe(512 * MIB);
    expect(defaultBudget({ ...limits, maxStorageBufferBindingSize: 128 * MIB })).toBe(128 * MIB);
  });
});

describe('streams', () => {
  test('that one binding cannot hold together go in waves, however large the budget', () => {
    const { branches, buffers } = planWaves(SMALL, 10 * 128 * 64 * 4, work(128, 64), GIB, true);
    expect(branches).toBeLessThanOrEqual(9);
    expect(buffers.stream).toBeLessThanOrEqual(10 * 128 * 64 * 4);
  });

  test('whose block inputs do not fit are measured in several passes', () => {
    const plan = planWaves(SEVEN_B, GIB, work(2048, 1, { observers: [spanAngles] }), GIB, false);
    expect(plan.observed).toBeLessThan(2048);
    expect(plan.observed).toBeGreaterThanOrEqual(1024 / 4);
    expect(plan.buffers[bufferOf(0, 'blockInputs')]).toBeLessThanOrEqual(GIB);
  });
});

describe('the rows that a walk should carry', () => {
  test('are all there can be where there is room, and fewer where there is not', () => {
    expect(rowsWithin(SMALL, GIB, 512 * MIB)).toBe(MAX_ROWS);
    const rows = rowsWithin(SEVEN_B, 2 * GIB, 256 * MIB);
    expect(rows).toBeGreaterThan(200);
    expect(rows).toBeLessThan(1500);
    expect(planWaves(SEVEN_B, 2 * GIB, work(rows, 8), 256 * MIB, true).branches).toBeGreaterThanOrEqual(7);
    expect(rowsWithin(SMALL, GIB, 1)).toBe(1);
  });

  test('with observers are those that they watch in one pass', () => {
    const observers = [unitStatistics('histograms'), spanAngles];
    const rows = rowsWithin(SEVEN_B, 2 * GIB, GIB, observers);
    expect(rows).toBeGreaterThan(500);
    expect(planWaves(SEVEN_B, 2 * GIB, work(rows, 1, { observers }), GIB, true).observed).toBe(rows);
  });
});
