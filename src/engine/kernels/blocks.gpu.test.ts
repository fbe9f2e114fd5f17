import { beforeAll, describe, expect, it } from 'vitest';
import { DTYPES, type Dtype, isInBlocks, widen } from '../../formats/dtypes';
import type { Gpu } from '../../gpu/gpu';
import type { Linear } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { anyBlocks, bareDispatcher } from '../testing/kernels';
import { activated, linear as linearOf } from '../testing/oracle';
import { sharingOf } from './block-products';
import { gatherRows, widenKernels } from './blocks';
import type { KernelChoice } from './dispatcher';
import { fewRowKernels, forced, linear, manyRowKernels } from './linear';

const TYPES = (Object.keys(DTYPES) as Dtype[]).filter(isInBlocks);

/** The largest halves and the smallest, which may count as zero. */
const EXTREMES = [0x7bff, 0x0001, 0xfbff, 0x8001, 0x03ff];
const extreme = (byte: number): number => EXTREMES[byte % EXTREMES.length]!;

/** Outputs that fill no strip and, in three blocks a row, rows that begin at odd half-words where blocks do. */
const OUTPUTS = 11;
const STRIDE = 16;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

async function stored(dtype: Dtype, blocks: number, gated = false, scaleOf?: (byte: number) => number) {
  const inputs = blocks * DTYPES[dtype].elements;
  const rows = gated ? 2 * OUTPUTS : OUTPUTS;
  const bytes = anyBlocks(dtype, rows, inputs, scaleOf);
  const values = widen(bytes, dtype);
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  const part = { buffer: await upload(gpu, words), first: 0, outputs: OUTPUTS, dtype };
  const on: Linear = { parts: [part], outputs: OUTPUTS, steps: inputs / 8, gated };
  const plain = Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * inputs, (row + 1) * inputs)));
  return { on, part, plain, inputs };
}

/** The products of so many rows by a way, straight from the blocks. */
async function products(
  { on, plain, inputs }: Awaited<ReturnType<typeof stored>>,
  counts: readonly number[],
  way: KernelChoice['matvec'],
  together: KernelChoice['together'] = 1,
) {
  const { dtype } = on.parts[0]!;
  const epilogue = on.gated ? 'silu-gated' : 'store';
  const most = Math.max(...counts);
  const d = await bareDispatcher(gpu, forced(way, { together }), undefined, most * 2 * OUTPUTS * 8);
  await d.ready(fewRowKernels(d, [{ dtype, epilogue }]));
  const all = matrix(most, inputs, numbers(3));
  const x = await upload(gpu, flat(all, inputs));
  const sums = linearOf(all, plain);
  const want = flat(on.gated ? sums.map((row) => activated(row, 'silu-gated')) : sums, STRIDE);
  let before: Float32Array | undefined;
  for (const rows of counts) {
    // Scratch of before is no number: what is not written is seen.
    d.recorder.gpu.device.queue.writeBuffer(d.room.raw, 0, new Float32Array(d.room.bytes / 4).fill(NaN));
    const [once, again] = [await upload(gpu, nothing(rows)), await upload(gpu, nothing(rows))];
    linear(d, x, rows, on, epilogue, once, STRIDE);
    linear(d, x, rows, on, epilogue, again, STRIDE);
    const got = await download(d.recorder, once);
    const [mine, size] = [want.subarray(0, rows * STRIDE), sizeOf(want)];
    // A gate multiplies two sums: so do their errors.
    expect(worst(got, mine), `${rows} rows`).toBeLessThan(2e-6 * size);
    expect(await download(d.recorder, again), `${rows} rows again`).toEqual(got);
    if (before) expect(got.subarray(0, before.length), `${rows} rows, to the bits of fewer`).toEqual(before);
    before = got;
  }
}

/** What rows of blocks of such scales stand for: exactly, and where the smallest scales count as zero. */
const widenedExtremes = (dtype: Dtype, inputs: number): readonly [Float32Array, Float32Array] => [
  widen(anyBlocks(dtype, OUTPUTS, inputs, extreme), dtype),
  widen(
    anyBlocks(dtype, OUTPUTS, inputs, (byte) => (extreme(byte) & 0x7c00 ? extreme(byte) : 0)),
    dtype,
  ),
];

const nothing = (rows: number): Float32Array => new Float32Array(rows * STRIDE);

const sizeOf = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

describe.each(TYPES)('a matrix in %s', (dtype) => {
  it('is widened to the numbers that its blocks stand for', async () => {
    const { part, plain, inputs } = await stored(dtype, 3);
    const d = await bareDispatcher(gpu);
    await d.ready(widenKernels([dtype]));
    const out = await upload(gpu, new Float32Array(OUTPUTS * inputs));
    const ids = Array.from({ length: OUTPUTS }, (_, i) => (7 * i + 3) % OUTPUTS); // in no order
    gatherRows(d, part, inputs / 8, await upload(gpu, Uint32Array.from(ids)), OUTPUTS, out, 0, 1);
    const want = flat(
      ids.map((id) => plain[id]),
      inputs,
    );
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(worst(await download(d.recorder, out), want)).toBeLessThan(2e-7 * largest);
  });

  // Of large blocks an odd number: the second of two rows begins at an odd half-word where the block is 210 or 110 bytes.
  const blocks = DTYPES[dtype].elements === 32 ? 6 : 3;

  it('is multiplied straight from its blocks, whatever the number of rows', async () => {
    const matrix = await stored(dtype, blocks);
    await products(matrix, [1, 2, 3, 9, 70], 'matvec_register');
    // A processor takes seconds to compile each of these: there Q4_1 below and Q6_K in products.gpu.test.ts stand for all.
    if (!gpu.facts.software) await products(matrix, [1, 2, 3, 9, 70], 'matvec_workgroup', 2);
  });

  it('keeps scales of 65,504 in products straight from its blocks; the smallest may count as zero', async () => {
    const { on, inputs } = await stored(dtype, blocks, false, extreme);
    const { elements } = DTYPES[dtype];
    // Each row of x meets one block of a row of weights, and nothing but zeros beside it.
    const next = numbers(7);
    const x = Array.from({ length: blocks }, (_, b) =>
      Array.from({ length: inputs }, (_, i) => (Math.floor(i / elements) === b ? next() : 0)),
    );
    const d = await bareDispatcher(gpu, forced('matvec_register'));
    await d.ready(fewRowKernels(d, [{ dtype, epilogue: 'store' }]));
    const out = await upload(gpu, nothing(blocks));
    linear(d, await upload(gpu, flat(x, inputs)), blocks, on, 'store', out, STRIDE);
    const got = await download(d.recorder, out);
    const [exact, zeroed] = widenedExtremes(dtype, inputs);
    for (const [b, row] of x.entries()) {
      const mine = row.slice(b * elements, (b + 1) * elements);
      for (let o = 0; o < OUTPUTS; o++) {
        const [want, least] = [exact, zeroed].map((all) => {
          const w = all.subarray(o * inputs + b * elements, o * inputs + (b + 1) * elements);
          return mine.reduce((sum, v, i) => sum + v * w[i]!, 0);
        });
        const w = exact.subarray(o * inputs + b * elements, o * inputs + (b + 1) * elements);
        const near = 2e-6 * sizeOf(w) * Math.sqrt(elements); // numbers are counted from the least of a block
        const off = Math.min(Math.abs(got[b * STRIDE + o]! - want!), Math.abs(got[b * STRIDE + o]! - least!));
        expect(off, `block ${b} of output ${o}`).toBeLessThanOrEqual(near);
      }
    }
  });

  it('keeps scales of 65,504; the smallest may count as zero', async () => {
    const { part, inputs } = await stored(dtype, 3, false, extreme);
    const d = await bareDispatcher(gpu);
    await d.ready(widenKernels([dtype]));
    const out = await upload(gpu, new Float32Array(OUTPUTS * inputs));
    const ids = Uint32Array.from({ length: OUTPUTS }, (_, i) => i);
    gatherRows(d, part, inputs / 8, await upload(gpu, ids), OUTPUTS, out, 0, 1);
    const got = await download(d.recorder, out);
    const [exact, zeroed] = widenedExtremes(dtype, inputs);
    const { elements } = DTYPES[dtype];
    for (let begin = 0; begin < got.length; begin += elements) {
      const [own, want, least] = [got, exact, zeroed].map((all) => all.subarray(begin, begin + elements));
      const near = 2e-6 * sizeOf(want!);
      expect(Math.min(worst(own!, want!), worst(own!, least!)), `block ${begin / elements}`).toBeLessThanOrEqual(near);
    }
  });
});

it('gates, one or two rows together, by threads that share a row: 1 to 9 rows and 64', async () => {
  // 19 pairs a row for 16 threads.
  await products(await stored('Q4_1', 38, true), [1, 2, 3, 4, 5, 6, 7, 8, 9, 64], 'matvec_workgroup', 2);
});

it('a product of rows that are no whole pairs of blocks is one of widened numbers', async () => {
  const { on, plain, inputs } = await stored('Q4_0', 3);
  const d = await bareDispatcher(gpu, { fewRows: 4 }, undefined, 4096);
  const kinds = [{ dtype: 'Q4_0', epilogue: 'store' }] as const;
  await d.ready([...fewRowKernels(d, kinds), ...manyRowKernels(d, kinds), ...widenKernels(['Q4_0'])]);
  const x = matrix(2, inputs, numbers(3));
  const out = await upload(gpu, nothing(2));
  linear(d, await upload(gpu, flat(x, inputs)), 2, on, 'store', out, STRIDE);
  const want = flat(linearOf(x, plain), STRIDE);
  expect(worst(await download(d.recorder, out), want)).toBeLessThan(2e-6 * sizeOf(want));
});

it('as many threads share four columns as have a pair each, and few of them idle', () => {
  const threads = [2048, 1024, 576, 4096, 5632].map((inputs) => sharingOf(inputs / 8));
  expect(threads).toEqual([32, 16, 16, 64, 32]);
});
