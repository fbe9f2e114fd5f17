import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import { padded } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { dispatcherFor, ImpatientRecorder, specOf } from '../testing/kernels';
import { moduleBackward, moduleBackwardKernels } from './module-backward';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const STRENGTH = 0.75;

/** Gradients by their definitions, in double precision: of the loss g · s (B A x + bias), by each number. */
function oracle(x: number[][], g: number[][], a: number[][], b: number[][]) {
  const [width, rank] = [x[0].length, a.length];
  const sum = (of: (row: number) => number) => STRENGTH * x.reduce((s, _, row) => s + of(row), 0);
  const ax = x.map((row) => a.map((one) => one.reduce((s, v, i) => s + v * row[i], 0)));
  const bg = g.map((row) => a.map((_, j) => row.reduce((s, v, i) => s + v * b[i][j], 0)));
  return {
    bias: [Array.from({ length: width }, (_, i) => sum((r) => g[r][i]))],
    a: a.map((_, j) => Array.from({ length: width }, (_, i) => sum((r) => bg[r][j] * x[r][i]))),
    b: b.map((_, i) => Array.from({ length: rank }, (_, j) => sum((r) => g[r][i] * ax[r][j]))),
  };
}

describe('the gradient of a module by its numbers', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 2],
    [5, 17, 8],
    [17, 63, 9],
    [63, 65, 3],
    [65, 3, 3],
    [257, 17, 1],
    [33, 257, 65],
  ])('%i rows of width %i, rank %i', async (rows, width, rank) => {
    const next = numbers(rows + width);
    // Rows that come before are no part of it.
    const [x, g] = [matrix(rows + 2, width, next), matrix(rows + 1, width, next)];
    const [a, b] = [matrix(rank, width, next), matrix(width, rank, next)];
    const [stride, rankStride] = [padded(width), padded(rank)];
    const map = { rank, a: await upload(gpu, flat(a, stride)), b: await upload(gpu, flat(b, rankStride)) };
    const streams = { x: await upload(gpu, flat(x, stride)), g: await upload(gpu, flat(g, stride)) };
    const want = oracle(x.slice(2), g.slice(1), a, b);
    for (const R of [Recorder, ImpatientRecorder]) {
      const d = await dispatcherFor(gpu, specOf(), {}, new R(gpu));
      await d.ready(moduleBackwardKernels());
      const zeros = (count: number) => upload(gpu, new Float32Array(count));
      const found = { bias: await zeros(stride), a: await zeros(rank * stride), b: await zeros(width * rankStride) };
      const room = { read: await zeros(rows * rankStride), through: await zeros(rows * rankStride) };
      const on = { rows, width, strength: STRENGTH, x: [streams.x, 2], g: [streams.g, 1] } as const;
      // Twice: what a second run of rows says joins the first.
      for (const times of [1, 2]) {
        moduleBackward(d, on, map, found, room);
        for (const name of ['a', 'b', 'bias'] as const) {
          const got = await download(d.recorder, found[name]);
          const wanted = flat(want[name], name === 'b' ? rankStride : stride).map((v) => times * v);
          const largest = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
          expect(worst(got.subarray(0, wanted.length), wanted) / largest, name).toBeLessThan(3e-6);
        }
      }
    }
  });
});
