import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, DTYPES, type Dtype, isInBlocks, widen } from '../../formats/dtypes';
import type { Gpu } from '../../gpu/gpu';
import type { Linear } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { bareDispatcher } from '../testing/kernels';
import { activated, linear as linearOf } from '../testing/oracle';
import { gatherRows, widenKernels } from './blocks';
import type { KernelChoice } from './dispatcher';
import { fewRowKernels, linear } from './linear';

const TYPES = (Object.keys(DTYPES) as Dtype[]).filter(isInBlocks);

/** Bytes of a block at which a scale lies: any bits there are some number, but not a small one. */
const SCALES: Partial<Record<Dtype, readonly number[]>> = {
  ...{ Q4_1: [0, 2], Q5_1: [0, 2], Q4_K: [0, 2], Q5_K: [0, 2] },
  ...{ Q2_K: [80, 82], Q3_K: [108], Q6_K: [208] },
};

/** Rows of blocks of which every bit but those of the scales is any. */
function anyBlocks(dtype: Dtype, rows: number, inputs: number): Uint8Array {
  const next = numbers(DTYPES[dtype].code);
  const bytes = Uint8Array.from({ length: rows * bytesOf(dtype, inputs) }, () => 128 + 128 * next());
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += DTYPES[dtype].bytes) {
    for (const scale of SCALES[dtype] ?? [0])
      view.setUint16(at + scale, 0x1800 + (view.getUint8(at + scale) << 2), true);
  }
  return bytes;
}

/** An odd number of blocks a row, so that rows begin at odd half-words where blocks do; strips that are not full. */
const ROWS = 11;
const STRIDE = 16;
const inputsOf = (dtype: Dtype): number => 3 * DTYPES[dtype].elements;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

async function stored(dtype: Dtype, gated = false) {
  const inputs = inputsOf(dtype);
  const rows = gated ? 2 * ROWS : ROWS;
  const bytes = anyBlocks(dtype, rows, inputs);
  const values = widen(bytes, dtype);
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  const part = { buffer: await upload(gpu, words), first: 0, outputs: ROWS, dtype };
  const on: Linear = { parts: [part], outputs: ROWS, steps: inputs / 8, gated };
  const plain = Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * inputs, (row + 1) * inputs)));
  return { on, part, plain, inputs };
}

const sizeOf = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

describe.each(TYPES)('a matrix in %s', (dtype) => {
  it('is widened to the numbers that its blocks stand for', async () => {
    const { part, plain, inputs } = await stored(dtype);
    const d = await bareDispatcher(gpu);
    await d.ready(widenKernels([dtype]));
    const out = await upload(gpu, new Float32Array(ROWS * inputs));
    const ids = Array.from({ length: ROWS }, (_, i) => (7 * i + 3) % ROWS); // in no order
    gatherRows(d, part, inputs / 8, await upload(gpu, Uint32Array.from(ids)), ROWS, out, 0, 1);
    const want = flat(
      ids.map((id) => plain[id]),
      inputs,
    );
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(worst(await download(d.recorder, out), want)).toBeLessThan(2e-7 * largest);
  });
});

/** What all types have in common is compiled in seconds: one with scales and leasts of its halves, one without, one with a gate. */
it.each([
  ['Q4_0', 'matvec_register', 'store'],
  ['Q2_K', 'matvec_register', 'store'],
  ['Q4_0', 'matvec_workgroup', 'silu-gated'],
] as const)(
  '%s straight from its blocks, by %s: the products of those numbers, %s',
  async (dtype, matvec, epilogue) => {
    await expectProducts(dtype, matvec, epilogue);
  },
);

async function expectProducts(dtype: Dtype, matvec: KernelChoice['matvec'], epilogue: 'store' | 'silu-gated') {
  const { on, plain, inputs } = await stored(dtype, epilogue !== 'store');
  const d = await bareDispatcher(gpu, { matvec, fewRows: 3 }, undefined, 4096);
  await d.ready(fewRowKernels(d, [{ dtype, epilogue }]));
  const x = matrix(2, inputs, numbers(3));
  const out = await upload(gpu, new Float32Array(2 * STRIDE));
  linear(d, await upload(gpu, flat(x, inputs)), 2, on, epilogue, out, STRIDE);
  const sums = linearOf(x, plain);
  const want = flat(epilogue === 'store' ? sums : sums.map((row) => activated(row, epilogue)), STRIDE);
  // A gate multiplies two sums: so do their errors.
  expect(worst(await download(d.recorder, out), want)).toBeLessThan(2e-6 * sizeOf(want));
}
