/** Every way to multiply, forced, in every type, for every number of rows at which one gives way to another. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Dtype, widen } from '../../formats/dtypes';
import type { Buffer, Gpu } from '../../gpu/gpu';
import { type Linear, padded } from '../layout';
import { BenchTop } from '../probe/bench-top';
import { checkHalves } from '../probe/halves';
import { flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { anyBlocks, bareDispatcher, matrixOn } from '../testing/kernels';
import { activated, linear as linearOf } from '../testing/oracle';
import { widenKernels } from './blocks';
import type { Dispatcher, KernelChoice } from './dispatcher';
import { type Epilogue, finishVariant } from './epilogue';
import {
  fewRowKernels,
  forced,
  linear,
  linearAdd,
  manyRowKernels,
  partBytes,
  productKernels,
  type Way,
} from './linear';

const MOST = 70;
const ALL = Array.from({ length: MOST }, (_, i) => i + 1);
/** Where a tile, or what a matvec takes at once, is just full, just not, and just over. */
const SOME = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 70];
const FEW = [3, 16, 33];
/** More than a small tile has columns. */
const OUTPUTS = 37;
const FILLER = 7;
/** As in linear.gpu.test.ts; a gate multiplies two sums, and so their errors. */
const TOLERANCE = 3e-5;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

/** A matrix, numbers of rows to multiply, and what the largest of them comes to by the oracle. */
interface Problem {
  readonly weights: Linear;
  readonly rows: readonly { readonly count: number; readonly x: Buffer }[];
  readonly want: readonly (readonly number[])[];
}

/** The first rows of x, so many, and behind them one of NaN. */
const uploadRows = (x: readonly (readonly number[])[], counts: readonly number[], stride: number) =>
  Promise.all(
    counts.map(async (count) => {
      const values = new Float32Array((count + 1) * stride).fill(Number.NaN);
      values.set(flat(x.slice(0, count), stride));
      return { count, x: await upload(gpu, values) };
    }),
  );

interface Shape {
  readonly inputs: number;
  readonly outputs?: number;
  readonly gated?: boolean;
}

async function problem(
  dtype: Dtype,
  counts: readonly number[],
  { inputs, outputs = OUTPUTS, gated = false }: Shape,
): Promise<Problem> {
  const next = numbers(inputs);
  const x = matrix(MOST, inputs, next);
  const w = matrix(outputs * (gated ? 2 : 1), inputs, next);
  const bias = w.map(() => next());
  const beyond = Array.from({ length: inputs }, () => 60_000); // what must not be read as weights
  const on = await matrixOn(gpu, gated ? w : [...w, beyond], { dtype, bias, gated });
  const weights: Linear = { ...on, outputs, parts: [{ ...on.parts[0]!, outputs }] };
  return { weights, rows: await uploadRows(x, counts, padded(inputs)), want: linearOf(x, w, bias) };
}

const PLAIN = ['gelu-tanh', 'gelu-erf', 'silu', 'relu'] as const;
const GATED = ['silu-gated', 'gelu-tanh-gated'] as const;

/** BF16 by a kernel for whatever becomes of a product, the others by one for what is only kept. */
const usesOf = (dtype: Dtype): readonly Epilogue[] =>
  dtype === 'BF16' ? ['store', 'add', ...PLAIN, ...GATED] : ['store'];

/**
 * Rows above which a kernel is compiled for F32 and BF16: on a processor, where each takes seconds, the one for the most
 * rows alone, which differs in nothing that depends on the type. A chip is asked for all.
 */
const leastOf = (dtype: Dtype, way: Way): number => {
  if (dtype === 'F16' || !gpu.facts.software) return 0;
  return { matmul_small: 16, matvec_workgroup: 4 }[way as string] ?? 0;
};
const someOf = (dtype: Dtype, way: Way): number[] => SOME.filter((count) => count > leastOf(dtype, way));

/** With this way alone compiled, and where sums may be in parts with what adds them: a kernel for all uses, or for the only one. */
async function dispatcher(
  way: Way,
  dtype: Dtype,
  change: Partial<KernelChoice> = {},
  uses: readonly Epilogue[] = usesOf(dtype),
  least = leastOf(dtype, way),
) {
  const choice = forced(way, { ...change, anyEpilogue: uses.length > 1 });
  const d = await bareDispatcher(gpu, choice, undefined, partBytes(choice));
  const kinds = uses.map((epilogue) => ({ dtype, epilogue }));
  await d.ready(productKernels(d, way, kinds).filter(({ constants: { ROWS = least + 1 } }) => ROWS > least));
  if (choice.groups) await d.ready(uses.map((use) => finishVariant(d, use)));
  return d;
}

/** What comes of each count of rows, in one submission; where room is used, it is full of NaN before. */
async function products(
  d: Dispatcher,
  { weights, rows }: Omit<Problem, 'want'>,
  run: (x: Buffer, count: number, out: Buffer, stride: number) => void,
): Promise<Float32Array[]> {
  const stride = padded(weights.outputs);
  if (d.room !== d.empty) {
    gpu.device.queue.writeBuffer(d.room.raw, 0, new Float32Array(d.room.bytes / 4).fill(Number.NaN));
  }
  const outs = await Promise.all(
    rows.map(({ count }) => upload(gpu, new Float32Array((count + 1) * stride).fill(FILLER))),
  );
  for (const [i, { count, x }] of rows.entries()) run(x, count, outs[i]!, stride);
  const bytes = await d.recorder.read(outs.map((buffer) => ({ buffer, offset: 0, bytes: buffer.bytes })));
  for (const out of outs) gpu.free(out);
  return bytes.map((b) => new Float32Array(b));
}

const stored = (d: Dispatcher, p: Omit<Problem, 'want'>) =>
  products(d, p, (x, count, out, stride) => linear(d, x, count, p.weights, 'store', out, stride));

/** Rows, the padding, and nothing behind them. */
function expectRows(got: readonly Float32Array[], { weights, rows, want }: Problem, tolerance: number) {
  const stride = padded(weights.outputs);
  for (const [i, { count }] of rows.entries()) {
    const expected = flat([...want.slice(0, count), Array.from({ length: stride }, () => FILLER)], stride);
    expect(worst(got[i]!, expected), `${count} rows`).toBeLessThan(tolerance);
  }
}

/** Those of each count but what lies behind them are, to the bit, the first of the next one's. */
function expectSameBits(got: readonly Float32Array[], stride: number) {
  for (const [i, next] of got.slice(1).entries()) {
    const own = got[i]!.subarray(0, -stride);
    expect(own, `${own.length / stride} rows`).toEqual(next.subarray(0, own.length));
  }
}

/** What is added to a stream, goes through an activation, or through a gate. */
async function expectUse(d: Dispatcher, p: Problem, use: Exclude<Epilogue, 'store' | 'cap'>, tolerance: number) {
  const isAdd = use === 'add';
  const got = await products(d, p, (x, count, out, stride) =>
    isAdd
      ? linearAdd(d, x, p.weights, { stream: out, slots: [0], rows: count })
      : linear(d, x, count, p.weights, use, out, stride),
  );
  const stride = padded(p.weights.outputs);
  const sums = (row: readonly number[]) => flat([row.map((v) => v + FILLER)], stride, FILLER);
  const want = p.want.map((row) => (isAdd ? Array.from(sums(row)) : activated(row, use)));
  expectRows(got, { ...p, want }, use.endsWith('-gated') ? 20 * tolerance : tolerance);
}

async function expectOtherUses(d: Dispatcher, counts: readonly number[], shape: Shape, tolerance: number) {
  const plain = await problem('BF16', counts, shape);
  const gate = await problem('BF16', counts, { ...shape, gated: true });
  for (const use of ['add', ...PLAIN] as const) await expectUse(d, plain, use, tolerance);
  for (const use of GATED) await expectUse(d, gate, use, tolerance);
}

/** With as many inputs as take every thread around at least once, and no more: the larger tile pays for 64 rows each time. */
const WAYS: readonly (readonly [Way, Shape, Partial<KernelChoice>])[] = [
  ['matmul_register', { inputs: 69 }, {}],
  ['matmul_workgroup', { inputs: 69 }, {}],
  ['matmul_small', { inputs: 69 }, {}], // in tiles of 16 rows, or of 32
  ['matvec_register', { inputs: 69 }, {}],
  ['matvec_workgroup', { inputs: 600, outputs: 5 }, { together: 8 }], // 1, 2, 4 or 8 rows at once
];
/** Narrow, wide, and long. */
const SHAPES: readonly Shape[] = [
  { inputs: 1, outputs: 1 },
  { inputs: 5, outputs: 65 },
  { inputs: 257, outputs: 3 },
];
const TYPES = ['F16', 'F32', 'BF16'] as const;

describe.each(WAYS)('%s', (way, shape, change) => {
  it.each(TYPES)('multiplies 1 to 70 rows in %s as the formula says, each to the same bits', async (dtype) => {
    const p = await problem(dtype, dtype === 'F16' ? ALL : someOf(dtype, way), shape);
    const d = await dispatcher(way, dtype, change);
    const got = await stored(d, p);
    expectRows(got, p, TOLERANCE);
    expectSameBits(got, padded(p.weights.outputs));
    expect(await stored(d, p)).toEqual(got);
    const few = FEW.filter((count) => count > leastOf(dtype, way));
    for (const other of SHAPES) {
      const p = await problem(dtype, few, other);
      expectRows(await stored(d, p), p, TOLERANCE);
    }
    if (dtype === 'BF16') await expectOtherUses(d, few, shape, TOLERANCE);
  });

  it('reads all half floats exactly, 65,504 among them, but that the smallest may count as zero', async () => {
    const top = new BenchTop(gpu);
    expect(['exact', 'smallest are zero']).toContain(await checkHalves(top, way));
    top.close();
  });
});

it('a matvec takes 2 or 4 rows at once, in as many workgroups as there must be, to the bits of 8', async () => {
  const p = await problem('F16', SOME, { inputs: 600, outputs: 5 });
  const by = async (together: 2 | 4 | 8) => stored(await dispatcher('matvec_workgroup', 'F16', { together }), p);
  const eight = await by(8);
  expect(await by(4)).toEqual(eight);
  expect(await by(2)).toEqual(eight);
});

describe('small tiles', () => {
  it('come to the bits of large ones', async () => {
    const p = await problem('F16', SOME, { inputs: 69 });
    const by = async (way: Way) => stored(await dispatcher(way, 'F16'), p);
    expect(await by('matmul_small')).toEqual(await by('matmul_workgroup'));
  });

  const GROUPS = 12;
  const LONG = 1033; // four parts where there are two or four tiles, the last of them shorter, and two where there are six

  it.each(TYPES)('weights in %s, sums in parts, twice to the same bits', async (dtype) => {
    const p = await problem(dtype, someOf(dtype, 'matmul_small'), { inputs: LONG });
    const d = await dispatcher('matmul_small', dtype, { groups: GROUPS });
    const got = await stored(d, p);
    expectRows(got, p, 2 * TOLERANCE);
    expect(await stored(d, p)).toEqual(got);
    if (dtype === 'BF16') await expectOtherUses(d, [33], { inputs: LONG }, 2 * TOLERANCE);
  });
});

describe('as a chip compiles them, a kernel for what becomes of products', () => {
  const LONG = { inputs: 1033 };

  it.each([
    ['matmul_small', 'F32', 'silu-gated', [33], LONG, { groups: 12 }],
    ['matmul_small', 'BF16', 'add', [33], LONG, { groups: 12 }],
    ['matvec_workgroup', 'BF16', 'silu-gated', [3, 33], { inputs: 600, outputs: 5 }, { together: 4 }],
    ['matmul_workgroup', 'F32', 'silu-gated', [33], { inputs: 69 }, {}],
  ] as const)('%s, weights in %s, %s', async (way, dtype, use, counts, shape, change) => {
    const p = await problem(dtype, counts, { ...shape, gated: use.endsWith('-gated') });
    const d = await dispatcher(way, dtype, change, [use], way === 'matvec_workgroup' ? 2 : 16);
    await expectUse(d, p, use, 2 * TOLERANCE);
    // The same kernel, its sums in one.
    if (way === 'matmul_small') await expectUse(await dispatcher(way, dtype, {}, [use], 16), p, use, 2 * TOLERANCE);
  });
});

describe('as rows become more, a matrix in blocks', () => {
  const [FEW_ROWS, SMALL_ROWS] = [5, 34];

  it.each([
    ['Q4_0', 'matvec_register', 6 * 32],
    ['Q6_K', 'matvec_workgroup', 3 * 256],
  ] as const)('of %s is read by %s, then in small tiles, then in large ones', async (dtype, matvec, inputs) => {
    const bytes = anyBlocks(dtype, OUTPUTS, inputs);
    const values = widen(bytes, dtype);
    const w = Array.from({ length: OUTPUTS }, (_, o) => Array.from(values.subarray(o * inputs, (o + 1) * inputs)));
    const words = new Uint32Array(Math.ceil(bytes.length / 4));
    new Uint8Array(words.buffer).set(bytes);
    const part = { buffer: await upload(gpu, words), first: 0, outputs: OUTPUTS, dtype };
    const weights: Linear = { parts: [part], outputs: OUTPUTS, steps: inputs / 8, gated: false };
    const x = matrix(MOST, inputs, numbers(3));
    const p = { weights, rows: await uploadRows(x, SOME, inputs), want: linearOf(x, w) };
    const choice: Partial<KernelChoice> = {
      ...{ matmul: 'matmul_workgroup', matvec, together: 2, fewRows: FEW_ROWS, smallRows: SMALL_ROWS, groups: 12 },
    };
    // Room for 16 outputs: three pieces are widened one after the other.
    const d = await bareDispatcher(gpu, choice, undefined, 16 * inputs * 4);
    const kinds = [{ dtype, epilogue: 'store' }] as const;
    await d.ready([...fewRowKernels(d, kinds), ...manyRowKernels(d, kinds), ...widenKernels([dtype])]);
    const runs = vi.spyOn(d, 'run');
    const ways: string[] = [];
    const run = () =>
      products(d, p, (x, count, out, stride) => {
        linear(d, x, count, weights, 'store', out, stride);
        ways.push(runs.mock.calls.map(([{ kernel }]) => kernel.entry).join(' '));
        runs.mockClear();
      });
    const got = await run();
    const size = Math.sqrt(p.want.flat().reduce((sum, v) => sum + v * v, 0));
    expectRows(got, p, 2e-6 * size);
    expect(await run()).toEqual(got);
    for (const [i, count] of SOME.entries()) {
      const tiles = `widen ${count < SMALL_ROWS ? 'matmul_small' : 'matmul_workgroup'}`;
      const straight = matvec === 'matvec_register' ? 'products_register' : 'products_workgroup';
      expect(ways[i], `${count} rows`).toBe(count < FEW_ROWS ? straight : [tiles, tiles, tiles].join(' '));
    }
    const first = SOME.findIndex((count) => count >= FEW_ROWS);
    expectSameBits(got.slice(0, first), padded(OUTPUTS));
    expectSameBits(got.slice(first), padded(OUTPUTS));
  });
});
