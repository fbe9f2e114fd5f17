import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import { padded } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { dispatcherFor, ImpatientRecorder, specOf } from '../testing/kernels';
import { backwardRoom, moduleBackward, moduleBackwardKernels } from './module-backward';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const STRENGTH = 0.75;

/** Gradients by their definitions, in double precision: each the loss g · s (B A x + diagonal * x + bias), by one number. */
function oracle(x: number[][], g: number[][], a: number[][], b: number[][], diagonal: number[] | undefined) {
  const [width, rank] = [x[0].length, a.length];
  const sum = (of: (row: number) => number) => STRENGTH * x.reduce((s, _, row) => s + of(row), 0);
  const ax = x.map((row) => a.map((one) => one.reduce((s, v, i) => s + v * row[i], 0)));
  const bg = g.map((row) => a.map((_, j) => row.reduce((s, v, i) => s + v * b[i][j], 0)));
  return {
    bias: Array.from({ length: width }, (_, i) => sum((r) => g[r][i])),
    a: a.map((_, j) => Array.from({ length: width }, (_, i) => sum((r) => bg[r][j] * x[r][i]))),
    b: b.map((_, i) => Array.from({ length: rank }, (_, j) => sum((r) => g[r][i] * ax[r][j]))),
    x: x.map((_, r) =>
      Array.from(
        { length: width },
        (_, i) => STRENGTH * (a.reduce((s, one, j) => s + one[i] * bg[r][j], 0) + (diagonal?.[i] ?? 0) * g[r][i]),
      ),
    ),
  };
}

describe('the gradient of a module, by its numbers and by what it read', () => {
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
    const [x, g] = [matrix(rows + 2, width, next), matrix(rows + 1, width, next)];
    const [a, b] = [matrix(rank, width, next), matrix(width, rank, next)];
    const [bias, diagonal] = [matrix(1, width, next), matrix(1, width, next)[0]];
    const [stride, rankStride] = [padded(width), padded(rank)];
    const buffers = {
      a: await upload(gpu, flat(a, stride)),
      b: await upload(gpu, flat(b, rankStride)),
      bias: await upload(gpu, flat(bias, stride)),
      diagonal: await upload(gpu, flat([diagonal], stride)),
      x: await upload(gpu, flat(x, stride)),
    };
    for (const [R, isOwn] of [
      [Recorder, false],
      [ImpatientRecorder, true],
    ] as const) {
      const d = await dispatcherFor(gpu, specOf(), {}, new R(gpu));
      await d.ready(moduleBackwardKernels());
      const zeros = (count: number) => upload(gpu, new Float32Array(count));
      const found = { bias: await zeros(stride), a: await zeros(rank * stride), b: await zeros(width * rankStride) };
      const sizes = backwardRoom(rows, width, rank, isOwn);
      const room = {
        read: await zeros(sizes.read! / 4),
        through: await zeros(sizes.through! / 4),
        ...(isOwn && { held: await zeros(sizes.held! / 4) }),
      };
      const gradient = await upload(gpu, flat(g, stride));
      // Once where the gradient itself goes on, with a diagonal, once apart from it.
      const out = isOwn ? gradient : await zeros((rows + 1) * stride);
      const on = { rows, width, strength: STRENGTH, x: [buffers.x, 2] as const, g: [gradient, 1] as const };
      const map = { rank, a: buffers.a, b: buffers.b };
      const module = { bias: buffers.bias, map, ...(isOwn && { diagonal: buffers.diagonal }) };
      moduleBackward(d, { ...on, out: [out, 1] }, module, found, room);
      const want = oracle(x.slice(2), g.slice(1), a, b, isOwn ? diagonal : undefined);
      const near = async (buffer: typeof out, rowsOf: number[][], stride: number, skip = 0) => {
        const got = (await download(d.recorder, buffer)).subarray(skip);
        const flatWant = flat(rowsOf, stride);
        const largest = flatWant.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
        expect(worst(got.subarray(0, flatWant.length), flatWant) / largest).toBeLessThan(3e-6);
      };
      const through = want.x.map((row, r) => row.map((v, i) => v + (isOwn ? g[r + 1][i] : 0)));
      await near(out, through, stride, stride);
      await near(found.bias, [want.bias], stride);
      await near(found.a, want.a, stride);
      await near(found.b, want.b, rankStride);
      if (!isOwn) continue;
      // A second run of rows joins the first.
      moduleBackward(d, { ...on, g: [await upload(gpu, flat(g, stride)), 1] }, module, found, room);
      await near(
        found.b,
        want.b.map((row) => row.map((v) => 2 * v)),
        rankStride,
      );
    }
  });
});
