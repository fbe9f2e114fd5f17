import { beforeAll, expect, it } from 'vitest';
import { RATES, sharedGpu } from '../../src/engine/testing/gpu';
import type { Gpu } from '../../src/gpu/gpu';
import { measureStreaming, type StreamingResult } from './streaming';

/** Of 12 blocks: what is held is small beside what passes. */
const SHAPE = { blocks: 12, width: 256, heads: 4, kvHeads: 2, ffnWidth: 1024, vocabulary: 512, tied: false };
const MIB = 2 ** 20;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

it('a model that passes through GPU memory is never there whole, nor in the program', async () => {
  const results: StreamingResult[] = [];
  for (const weights of ['F16', 'Q4_0 made while loading'] as const)
    results.push(await measureStreaming(gpu, SHAPE, weights, RATES));
  const [published, q4] = results as [StreamingResult, StreamingResult];
  for (const { bytesRead, weightBytes, losses, largestRead } of results) {
    // Each weight of a layer once, for all masks together.
    expect(bytesRead).toBeGreaterThan(0.8 * weightBytes);
    expect(bytesRead).toBeLessThan(weightBytes);
    expect(losses.every((loss) => Number.isFinite(loss))).toBe(true);
    // The full model and two others; the pattern of its weights makes those two alike to the last bits.
    const [full, ...pruned] = losses as [number, ...number[]];
    for (const loss of pruned) expect(Math.abs(loss - full)).toBeGreaterThan(1e-6);
    expect(pruned).toHaveLength(2);
    expect(largestRead).toBeLessThanOrEqual(32 * MIB);
  }
  // Two places for each form, both tables, and what a walk works with.
  expect(published.gpuPeak).toBeLessThan(0.6 * published.weightBytes);
  expect(q4.weightBytes).toBeLessThan(0.3 * published.weightBytes);
});
