import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  bestGroups,
  bestThreads,
  bestTogether,
  compete,
  fewestForLarge,
  fewestForMatmul,
  flashIsQuicker,
} from './autotune';
import { ALL_ROWS } from './kernels/linear';
import { BenchTop } from './probe/bench-top';
import { sharedGpu } from './testing/gpu';

/** What is chosen among on a chip, which no test has, on shapes that a processor multiplies in a moment. */
const SHAPES = [
  { rows: 8, columns: 64, inputs: 64 },
  { rows: 16, columns: 128, inputs: 64 },
];
const [SHAPE] = SHAPES as [(typeof SHAPES)[number]];

let top: BenchTop;
beforeAll(async () => {
  top = new BenchTop(await sharedGpu());
});
afterAll(() => {
  top.close();
  expect(top.gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
});

it('two ways compete at a shape that is large enough, and the quicker is the best', async () => {
  for (const ways of [
    ['matmul_register', 'matmul_workgroup', 'matmul_small'],
    ['matvec_register', 'matvec_workgroup'],
  ] as const) {
    const gflops: Record<string, number> = {};
    const { best, shape, chip } = await compete(top, 'F16', ways, SHAPES, gflops, true);
    expect(chip).toBe(true);
    expect(SHAPES).toContain(shape);
    expect(Object.keys(gflops).sort()).toEqual([...ways].sort());
    expect(gflops[best]).toBe(Math.max(...Object.values(gflops)));
  }
});

it('how many rows a matvec takes together, and from how many on each matmul is quicker, are measured', async () => {
  const together = await bestTogether(top, 'F16', 'matvec_workgroup', SHAPE);
  expect([1, 2, 4, 8]).toContain(together);
  expect(await bestTogether(top, 'F16', 'matvec_register', SHAPE)).toBe(1);
  const ways = { matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', together: 8 } as const;
  const fewRows = await fewestForMatmul(top, 'F16', ways, SHAPE);
  expect(fewRows).toBeGreaterThanOrEqual(2);
  expect(fewRows).toBeLessThanOrEqual(49);
  const smallRows = await fewestForLarge(top, 'F16', SHAPE, [8, 16]);
  expect([0, 9, ALL_ROWS]).toContain(smallRows);
  const narrow = { columns: 32, inputs: 512 };
  const groups = await bestGroups(top, 'F16', narrow, [0, 2]);
  expect([0, 2]).toContain(groups);
  const tiled = await fewestForMatmul(top, 'F16', { ...ways, smallRows: ALL_ROWS, groups: 2 }, { ...SHAPE, ...narrow });
  expect(tiled).toBeGreaterThanOrEqual(2);
  expect(tiled).toBeLessThanOrEqual(49);
  // Straight from the blocks, one row or two together, and against widened.
  expect([1, 2]).toContain(await bestTogether(top, 'Q4_0', 'matvec_workgroup', SHAPE));
  const { best } = await compete(top, 'Q4_0', ['matvec_register', 'matvec_workgroup'], SHAPES, {}, true);
  expect(['matvec_register', 'matvec_workgroup']).toContain(best);
  const ofBlocks = await fewestForMatmul(top, 'Q4_0', ways, SHAPE);
  expect(ofBlocks).toBeGreaterThanOrEqual(2);
  expect(ofBlocks).toBeLessThanOrEqual(49);
  expect([1, 64]).toContain(await bestThreads(top));
});

it('whether attention is quicker without its scores in memory is measured, in steps and in texts', async () => {
  for (const shape of [
    [1, 200],
    [8, 8],
  ] as const)
    expect([true, false]).toContain(await flashIsQuicker(top, 1, shape));
});
