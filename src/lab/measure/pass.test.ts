import { expect, it } from 'vitest';
import type { ModelReport, ProbeReport } from '../contract';
import { adviseOnPass, expectedMs } from './pass';

/** About Llama-3.2-1B in 16 bits on an RTX 4070. */
const report = {
  ...{ blocks: 16, width: 2048, heads: 32, kvHeads: 8, vocabulary: 128_256, parameters: 1.24e9, weightBytes: 2.47e9 },
  attnParameters: Array(16).fill(10_485_760),
  ffnParameters: Array(16).fill(50_331_648),
} as unknown as ModelReport;
const rates = {
  memory: { read: 480 },
  products: [
    { dtype: 'F16', rows: 1, gflops: 400 },
    { dtype: 'F16', rows: 64, gflops: 8000 },
    { dtype: 'F16', rows: 512, gflops: 16_000 },
  ],
} as unknown as ProbeReport;
const expected = expectedMs(64, report, rates);
const told = (ms: number, of = report) => adviseOnPass({ tokens: 64, ms, expected }, of);

it('a pass of 64 tokens should take reading the weights once, and multiplying at the rate of as many rows', () => {
  expect(expected).toBeGreaterThan(2470 / 480 + (2 * 64 * 0.97e9) / 8000 / 1e6);
  expect(expected).toBeLessThan(2470 / 480 + (2 * 64 * 1.6e9) / 8000 / 1e6);
});

it('says that memory may be paged where a pass over a large model takes many times as long, and else nothing', () => {
  expect(told(3 * expected)).toEqual([]);
  expect(told(10 * expected)[0]!.trouble).toMatch(/^A pass over the open model takes 10 times .* paged/);
  // Of a small one it is mostly what its dispatches cost.
  expect(told(10 * expected, { ...report, weightBytes: 5e6 })).toEqual([]);
});
