/** Every way to multiply, forced, for every number of rows at which one gives way to another. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dtype } from '../../formats/dtypes';
import type { Buffer, Gpu } from '../../gpu/gpu';
import { type Linear, padded } from '../layout';
import { BenchTop } from '../probe/bench-top';
import { checkHalves } from '../probe/halves';
import { flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { bareDispatcher, matrixOn } from '../testing/kernels';
import { activated, linear as linearOf } from '../testing/oracle';
import type { Dispatcher, KernelChoice } from './dispatcher';
import type { Epilogue } from './epilogue';
import { fewRowKernels, forced, linear, linearAdd, partBytes, productKernels, type Way } from './linear';

const MOST = 70;
const SPREAD = [1, 5, 16, 31, 33, 70];
/** With small tiles of 32 rows alone, so that there is one kernel less to compile. */
const LARGER = [17, 31, 33, 70];
const OUTPUTS = 37;
const STRIDE = padded(OUTPUTS);
const FILLER = 7;
/** As in linear.gpu.test.ts; a gate multiplies two sums, and so their errors. */
const TOLERANCE = 3e-5;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

/** Numbers of rows and what they come to, by the oracle: x [MOST, inputs], and behind each count of rows one of NaN. */
async function problem(inputs: number, dtype: Dtype, rowCounts: readonly number[], gated = false) {
  const next = numbers(inputs);
  const x = matrix(MOST, inputs, next);
  const w = matrix(OUTPUTS * (gated ? 2 : 1), inputs, next);
  const bias = w.map(() => next());
  const beyond = Array.from({ length: inputs }, () => 60_000); // what must not be read as weights
  const on = await matrixOn(gpu, gated ? w : [...w, beyond], { dtype, bias, gated });
  const weights: Linear = { ...on, outputs: OUTPUTS, parts: [{ ...on.parts[0]!, outputs: OUTPUTS }] };
  const rows = await Promise.all(
    rowCounts.map(async (count) => {
      const values = new Float32Array((count + 1) * padded(inputs)).fill(Number.NaN);
      values.set(flat(x.slice(0, count), padded(inputs)));
      return { count, x: await upload(gpu, values) };
    }),
  );
  return { weights, rows, want: linearOf(x, w, bias) };
}

/** With this way alone compiled, and where sums may be in parts with what adds them; its room is full of NaN. */
async function dispatcher(
  way: Way,
  dtype: Dtype,
  epilogues: readonly Epilogue[],
  change: Partial<KernelChoice> = {},
  leastRows = 1,
) {
  const choice = forced(way, change);
  const d = await bareDispatcher(gpu, choice, undefined, partBytes(choice));
  const kinds = epilogues.map((epilogue) => ({ dtype, epilogue }));
  const kernels = [...productKernels(d, way, kinds), ...(choice.groups ? fewRowKernels(d, kinds) : [])];
  await d.ready(
    kernels.filter(
      ({ kernel, constants: { ROWS = leastRows } }) =>
        [way, 'finish_strips'].includes(kernel.entry) && ROWS >= leastRows,
    ),
  );
  if (d.room !== d.empty) {
    gpu.device.queue.writeBuffer(d.room.raw, 0, new Float32Array(d.room.bytes / 4).fill(Number.NaN));
  }
  return d;
}

/** What comes of each count of rows, in one submission. */
async function products(
  d: Dispatcher,
  rows: readonly { readonly count: number; readonly x: Buffer }[],
  run: (x: Buffer, count: number, out: Buffer) => void,
): Promise<Float32Array[]> {
  const outs = await Promise.all(
    rows.map(({ count }) => upload(gpu, new Float32Array((count + 1) * STRIDE).fill(FILLER))),
  );
  for (const [i, { count, x }] of rows.entries()) run(x, count, outs[i]!);
  const bytes = await d.recorder.read(outs.map((buffer) => ({ buffer, offset: 0, bytes: buffer.bytes })));
  for (const out of outs) gpu.free(out);
  return bytes.map((b) => new Float32Array(b));
}

/** Rows, the padding, and nothing behind them. */
function expectRows(
  got: readonly Float32Array[],
  counts: readonly number[],
  want: readonly number[][],
  tolerance: number,
) {
  for (const [i, count] of counts.entries()) {
    const expected = flat([...want.slice(0, count), Array.from({ length: STRIDE }, () => FILLER)], STRIDE);
    expect(worst(got[i]!, expected), `${count} rows`).toBeLessThan(tolerance);
  }
}

/** With as many inputs as take every thread around at least once, and no more: the larger tile pays for 64 rows each time. */
const WAYS: readonly (readonly [Way, number, Partial<KernelChoice>])[] = [
  ['matmul_register', 69, {}],
  ['matmul_workgroup', 69, {}],
  ['matmul_small', 69, {}], // in tiles of 16 rows, or of 32
  ['matvec_register', 69, {}],
  ['matvec_workgroup', 600, { together: 8 }], // 1, 2, 4 or 8 rows at once
];

it.each(WAYS)('%s multiplies 1 to 70 rows as the formula says, each to the same bits', async (way, inputs, change) => {
  const counts = Array.from({ length: MOST }, (_, i) => i + 1);
  const { weights, rows, want } = await problem(inputs, 'F16', counts);
  const d = await dispatcher(way, 'F16', ['store'], change);
  const run = () => products(d, rows, (x, count, out) => linear(d, x, count, weights, 'store', out, STRIDE));
  const got = await run();
  expectRows(got, counts, want, TOLERANCE);
  expect(await run()).toEqual(got);
  for (const [i, count] of counts.entries()) {
    const beside = got[MOST - 1]!.subarray(0, count * STRIDE);
    expect(got[i]!.subarray(0, count * STRIDE), `${count} rows`).toEqual(beside);
  }
});

it.each(WAYS)(
  '%s reads all half floats exactly, 65,504 among them, but that the smallest may count as zero',
  async (way) => {
    const top = new BenchTop(gpu);
    expect(['exact', 'smallest are zero']).toContain(await checkHalves(top, way));
    top.close();
  },
);

describe('small tiles', () => {
  it('come to the bits of large ones', async () => {
    const { weights, rows } = await problem(69, 'F16', SPREAD);
    const came = [];
    for (const way of ['matmul_workgroup', 'matmul_small'] as const) {
      const d = await dispatcher(way, 'F16', ['store']);
      came.push(await products(d, rows, (x, count, out) => linear(d, x, count, weights, 'store', out, STRIDE)));
    }
    expect(came[1]).toEqual(came[0]);
  });

  const GROUPS = 12;
  const LONG = 1033; // four parts where there are two or four tiles, the last of them shorter, and two where there are six

  it.each(['F32', 'F16'] as const)('weights in %s, sums in one and in parts, twice to the same bits', async (dtype) => {
    for (const [inputs, groups] of [
      [69, 0],
      [LONG, GROUPS],
    ] as const) {
      const counts = dtype === 'F16' ? SPREAD : LARGER;
      const { weights, rows, want } = await problem(inputs, dtype, counts);
      const d = await dispatcher('matmul_small', dtype, ['store'], { groups }, dtype === 'F16' ? 16 : 32);
      const run = () => products(d, rows, (x, count, out) => linear(d, x, count, weights, 'store', out, STRIDE));
      const got = await run();
      expectRows(got, counts, want, groups ? 2 * TOLERANCE : TOLERANCE);
      expect(await run()).toEqual(got);
    }
  });

  it('weights in BF16, added to a stream, and through a gate', async () => {
    const d = await dispatcher(
      'matmul_small',
      'BF16',
      ['add', 'silu-gated'],
      { groups: GROUPS, anyEpilogue: true },
      32,
    );
    const plain = await problem(LONG, 'BF16', LARGER);
    const added = await products(d, plain.rows, (x, count, out) =>
      linearAdd(d, x, plain.weights, { stream: out, slots: [0], rows: count }),
    );
    for (const [i, count] of LARGER.entries()) {
      const sums = plain.want.slice(0, count).map((row) => row.map((v) => v + FILLER));
      const expected = flat([...sums, []], STRIDE, FILLER);
      expect(worst(added[i]!, expected), `${count} rows`).toBeLessThan(2 * TOLERANCE);
    }
    for (const inputs of [69, LONG]) {
      const { weights, rows, want } = await problem(inputs, 'BF16', LARGER, true);
      const got = await products(d, rows, (x, count, out) => linear(d, x, count, weights, 'silu-gated', out, STRIDE));
      const gated = want.map((row) => activated(row, 'silu-gated'));
      expectRows(got, LARGER, gated, inputs === LONG ? 40 * TOLERANCE : 10 * TOLERANCE);
    }
  });
});
