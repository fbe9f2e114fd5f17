import { LopperError } from '../errors';
import { bytesOf, type Dtype, isInBlocks } from '../formats/dtypes';
import type { Gpu } from '../gpu/gpu';
import { attentionKernels } from './kernels/attention';
import { readAs, widenedBytes, widenKernels } from './kernels/blocks';
import type { KernelChoice } from './kernels/dispatcher';
import { logitKernels } from './kernels/head';
import { ALL_ROWS, fewRowKernels, forced, linear, manyRowKernels, type Way } from './kernels/linear';
import { norm, normKernels } from './kernels/norm';
import type { Linear, Norm } from './layout';
import { attentionOf, HEADS } from './probe/attention';
import { BenchTop, WORD } from './probe/bench-top';

export interface KernelRates {
  readonly choice: KernelChoice;
  /** GFLOP/s (two per multiply-add) of every way to multiply, by kernel name. */
  readonly gflops: Readonly<Record<string, number>>;
}

/** Of the rate of products, what a recorder begins with: not all that is computed is as quick, nor a card that was idle. */
const CAUTION = 0.25;

/** Multiply-adds per millisecond for which work is cut at first, where products were measured. */
export function firstRate({ choice, gflops }: KernelRates): number | undefined {
  const measured = gflops[choice.matmul];
  return measured === undefined ? undefined : CAUTION * 5e5 * measured;
}

export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
}

/**
 * Shapes that stand for prefill and for decoding, smallest first: on a processor those take a while, and on a chip only
 * the larger ones tell what it computes from what a call costs.
 */
const MATMULS: readonly Shape[] = [
  { rows: 128, columns: 256, inputs: 256 },
  { rows: 256, columns: 1024, inputs: 512 },
  { rows: 512, columns: 2048, inputs: 1024 },
  { rows: 1024, columns: 4096, inputs: 2048 },
];
const MATVECS: readonly Shape[] = [
  { rows: 1, columns: 1024, inputs: 512 },
  { rows: 1, columns: 4096, inputs: 1024 },
  { rows: 1, columns: 16_384, inputs: 2048 },
];

/** A shape is large enough where a run of it takes this many milliseconds, the wait for it not counted. */
const LARGE_MS = 1;

/** Rows at which a matvec for each may still be quicker than a matmul that is mostly empty. */
const FEW_ROWS: readonly number[] = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

/** Rows at which small tiles may still be quicker than large ones; all rows, where they are at the last. */
const SMALL_ROWS: readonly number[] = [64, 128, 256, 512];

/** Rows at which it is measured how many a matvec best takes together, and in how many workgroups a product best is. */
const TOGETHER = [1, 2, 4, 8] as const;
const TOGETHER_ROWS = 8;
const PARTED_ROWS = 16;

/** A matrix of few columns and enough inputs for all the parts, and workgroups that its product may be cut into; 0: uncut. */
const NARROW: Omit<Shape, 'rows'> = { columns: 1024, inputs: 8192 };
const GROUPS: readonly number[] = [0, 128, 256, 512, 1024];

/** Of a row that is normed: a step of decoding has one of these before each sublayer. */
const WIDTH = 2048;

/** Rows and keys that stand for a step of a long text being written, and for a text being read. */
const STEP = [1, 2048] as const;
const TEXT = [512, 512] as const;

/**
 * GFLOP/s that any graphics chip exceeds. What is slower, or says that it is software, is a program on a processor, where
 * threads that wait for each other are dear (0.04 on Mesa's lavapipe, 1.5 to 4 without) and compiling takes seconds, in
 * Firefox above all: what waits is not compiled there, norms share no rows, and attention keeps its scores.
 */
const CHIP_GFLOPS = 4;

/**
 * Whether a product is compiled once for whatever becomes of it: on lavapipe that is as quick as a kernel for each, and
 * saves half of the compiling before the page is ready. SwiftShader runs it up to three times slower.
 */
const anyEpilogueOn = ({ facts }: Gpu): boolean =>
  facts.software && !/swiftshader/i.test(`${facts.architecture} ${facts.description}`);

/** The type that most models' matrices are stored in, so that what is compiled to be measured is of use afterwards. */
export const USUAL_DTYPE: Dtype = 'F16';

/**
 * Measures every way to multiply matrices of this type on this adapter and takes the quickest: which it is cannot be told
 * from its name. A type in blocks is widened for many rows; for few, and from how many rows on widening pays, products
 * straight from the blocks are measured. What the adapter refuses to compile is not chosen; it throws `shader-refused` only
 * where that is one of the ways that wait for nothing. On a chip its runs take one to five seconds, the more the longer
 * a submission is waited for; on a processor, which measures two ways, a fraction of one.
 */
export async function chooseKernels(
  gpu: Gpu,
  stored: Dtype = USUAL_DTYPE,
  top = new BenchTop(gpu),
): Promise<KernelRates> {
  const dtype = readAs(stored);
  try {
    const gflops: Record<string, number> = {};
    const matmuls = await compete(top, dtype, ['matmul_register', 'matmul_workgroup', 'matmul_small'], MATMULS, gflops);
    // On a chip few rows are multiplied as the matrices are stored; on a processor that would be compiled for nothing.
    const few = matmuls.chip ? stored : dtype;
    const matvecs = await compete(top, few, ['matvec_register', 'matvec_workgroup'], MATVECS, gflops, matmuls.chip);
    // Small tiles stand beside large ones, where those compile.
    const large = gflops.matmul_workgroup ? 'matmul_workgroup' : 'matmul_register';
    const matmul = matmuls.best === 'matmul_small' ? large : matmuls.best;
    const ways = { matmul, matvec: matvecs.best } as Pick<KernelChoice, 'matmul' | 'matvec'>;
    // On a processor no thread waits for another, and a page that starts there should not wait for finer choices.
    if (!matmuls.chip) return { gflops, choice: { ...ways, threads: 1, anyEpilogue: anyEpilogueOn(gpu) } };
    const together = await bestTogether(top, stored, ways.matvec, matvecs.shape);
    const smallRows = matmul === 'matmul_workgroup' ? await fewestForLarge(top, dtype, matmuls.shape) : 0;
    const groups = smallRows > 0 ? await bestGroups(top, dtype, NARROW) : 0;
    const tiles = { smallRows, groups };
    const fewRows = await fewestForMatmul(top, stored, { ...ways, together, ...tiles }, matvecs.shape);
    const threads = await bestThreads(top);
    const flash = { steps: await flashIsQuicker(top, threads, STEP), texts: await flashIsQuicker(top, threads, TEXT) };
    return { gflops, choice: { ...ways, fewRows, together, ...tiles, threads, flash } };
  } finally {
    top.close();
  }
}

/** The quickest of some ways, the first of which waits for nothing, at the first shape that is large enough. */
export async function compete<W extends Way>(
  top: BenchTop,
  dtype: Dtype,
  [plain, ...waiting]: readonly [W, ...W[]],
  shapes: readonly Shape[],
  gflops: Record<string, number>,
  isChip?: boolean,
): Promise<{ best: W; shape: Shape; chip: boolean }> {
  const measured = async (shape: Shape) => {
    const run = await productOf(top, dtype, forced(plain), shape);
    const [ms] = await top.race([() => run(shape.rows)]);
    return { shape, run, ms: ms! };
  };
  let last = await measured(shapes[0]!);
  for (const next of shapes.slice(1)) {
    if (last.ms >= LARGE_MS || !fits(top.gpu, dtype, next)) break;
    top.clear();
    last = await measured(next);
  }
  const { shape, run, ms } = last;
  const rate = (ms: number) => (2 * shape.rows * shape.columns * shape.inputs) / ms / 1e6;
  gflops[plain] = rate(ms);
  const chip = isChip ?? (!top.gpu.facts.software && gflops[plain] >= CHIP_GFLOPS);
  const candidates: [W, Product][] = [[plain, run]];
  for (const way of chip ? waiting : []) {
    const product = await unlessRefused(productOf(top, dtype, forced(way), shape));
    if (product) candidates.push([way, product]);
  }
  if (candidates.length > 1) {
    const products = candidates.map(([, product]) => product);
    const times = await race(top, products, shape.rows);
    for (const [i, [way]] of candidates.entries()) gflops[way] = rate(times[i]!);
  }
  top.clear();
  const [[best]] = candidates.sort(([a], [b]) => gflops[b]! - gflops[a]!) as [[W, Product]];
  return { best, shape, chip };
}

/** How many rows a matvec best takes together. */
export async function bestTogether(
  top: BenchTop,
  dtype: Dtype,
  matvec: KernelChoice['matvec'],
  shape: Shape,
): Promise<(typeof TOGETHER)[number]> {
  if (matvec !== 'matvec_workgroup') return 1;
  const most = { ...shape, rows: TOGETHER_ROWS };
  // From blocks, two at most: more would be the same kernel again.
  const tries = TOGETHER.slice(0, isInBlocks(dtype) ? 2 : undefined);
  return quickest(top, tries, (together) => productOf(top, dtype, forced(matvec, { together }), most), most.rows);
}

/** From how many rows on large tiles are quicker than small ones: half way between where each is. */
export async function fewestForLarge(top: BenchTop, dtype: Dtype, shape: Shape, tries = SMALL_ROWS): Promise<number> {
  const most = { ...shape, rows: Math.max(...tries) };
  const small = await unlessRefused(productOf(top, dtype, forced('matmul_small'), most));
  const large = await unlessRefused(productOf(top, dtype, forced('matmul_workgroup'), most));
  let limit = 0;
  for (const rows of tries) {
    const [ofSmall, ofLarge] = await race(top, [small, large], rows);
    if (ofSmall! > ofLarge!) break;
    limit = rows === most.rows ? ALL_ROWS : rows + 1;
  }
  top.clear();
  return limit;
}

/** How many workgroups a product of few rows and columns best is cut into; 0 where it is best left whole. */
export async function bestGroups(
  top: BenchTop,
  dtype: Dtype,
  shape: Omit<Shape, 'rows'>,
  tries = GROUPS,
): Promise<number> {
  const most = { ...shape, rows: PARTED_ROWS };
  return quickest(top, tries, (groups) => productOf(top, dtype, forced('matmul_small', { groups }), most), most.rows);
}

/** From how many rows on a matmul, in small tiles or in large ones, is quicker than a matvec of them. */
export async function fewestForMatmul(
  top: BenchTop,
  dtype: Dtype,
  choice: Pick<KernelChoice, 'matmul' | 'matvec' | 'together' | 'smallRows' | 'groups'>,
  shape: Shape,
): Promise<number> {
  const most = { ...shape, rows: Math.max(...FEW_ROWS) };
  const few = await unlessRefused(productOf(top, dtype, { ...choice, fewRows: most.rows + 1 }, most));
  const many = await unlessRefused(productOf(top, dtype, { ...choice, fewRows: 1 }, most));
  let limit = FEW_ROWS[0];
  for (const rows of FEW_ROWS) {
    const [each, together] = await race(top, [few, many], rows);
    if (each > together) break;
    limit = rows + 1;
  }
  top.clear();
  return limit;
}

/** Whether the threads of norms, softmax and sums best share a row, or have one each. */
export async function bestThreads(top: BenchTop): Promise<KernelChoice['threads']> {
  const bytes = WIDTH * 4;
  const [x, y] = [await top.filled('x', bytes, WORD), await top.buffer('y', bytes)];
  const by: Norm = { layer: false, eps: 0, width: WIDTH, weight: x };
  return quickest(top, [64, 1] as const, async (threads) => {
    const d = await top.dispatcher({ matmul: 'matmul_register', matvec: 'matvec_register', threads });
    // The norm stands for all that it would be chosen for, which must compile as well.
    await d.ready([...normKernels(d, false), ...logitKernels(d), ...attentionKernels(d, HEADS)]);
    return () => norm(d, by, { stream: x, slots: [0], rows: 1 }, y);
  });
}

/** Whether attention of so many rows with so many keys is quicker without its scores in memory. */
export async function flashIsQuicker(
  top: BenchTop,
  threads: KernelChoice['threads'],
  [rows, keys]: readonly [rows: number, keys: number],
): Promise<boolean> {
  return quickest(top, [false, true], (is) => {
    const flash = { steps: is, texts: is };
    return attentionOf(top, { matmul: 'matmul_register', matvec: 'matvec_register', threads, flash }, rows, keys);
  });
}

/** Records a product of so many rows. */
type Product = (rows: number) => void;

/** What is made; nothing where the adapter refuses a shader of it: there are still the others. */
async function unlessRefused<T>(making: Promise<T>): Promise<T | undefined> {
  try {
    return await making;
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'shader-refused') throw error;
    return undefined;
  }
}

/** The least milliseconds of so many rows by each; endless by what is refused. */
async function race(top: BenchTop, products: readonly (Product | undefined)[], rows: number): Promise<number[]> {
  const times = await top.race(products.flatMap((product) => (product ? [() => product(rows)] : [])));
  return products.map((product) => (product ? times.shift()! : Number.POSITIVE_INFINITY));
}

/** With which of some it takes the least time; the first where none is quicker. */
async function quickest<T>(
  top: BenchTop,
  tries: readonly T[],
  make: (by: T) => Promise<Product>,
  rows = 1,
): Promise<T> {
  const products: (Product | undefined)[] = [];
  for (const by of tries) products.push(await unlessRefused(make(by)));
  const times = await race(top, products, rows);
  top.clear();
  return tries[times.indexOf(Math.min(...times))]!;
}

/** A product of a matrix of this shape by such a choice, with room for as many rows. */
async function productOf(top: BenchTop, dtype: Dtype, choice: Partial<KernelChoice>, shape: Shape): Promise<Product> {
  const { rows: most, columns: outputs, inputs } = shape;
  const d = await top.dispatcher(
    {
      ...{ matmul: 'matmul_register', matvec: 'matvec_register', threads: 1, anyEpilogue: anyEpilogueOn(top.gpu) },
      ...choice,
    },
    widenedBytes(dtype, outputs * inputs),
  );
  const kinds = [{ dtype, epilogue: 'store' }] as const;
  const isFew = d.choice.fewRows! > most;
  await d.ready([
    ...(isFew ? [] : [...widenKernels([dtype]), ...manyRowKernels(d, kinds)]),
    ...(isFew || d.choice.groups ? fewRowKernels(d, kinds) : []),
  ]);
  const weights = await top.filled('w', bytesOf(dtype, outputs * inputs), WORD);
  const x = await top.filled('x', most * inputs * 4, WORD);
  const y = await top.buffer('y', most * outputs * 4);
  const parts = [{ buffer: weights, first: 0, outputs, dtype }];
  const matrix: Linear = { parts, outputs, steps: inputs / 8, gated: false };
  return (rows) => linear(d, x, rows, matrix, 'store', y, outputs);
}

function fits(gpu: Gpu, dtype: Dtype, { rows, columns, inputs }: Shape): boolean {
  const largest = Math.max(rows * inputs * 4, rows * columns * 4, bytesOf(dtype, columns * inputs));
  return largest <= gpu.facts.limits.maxStorageBufferBindingSize;
}
