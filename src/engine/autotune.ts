import { LopperError } from '../errors';
import { bytesOf, type Dtype, isInBlocks } from '../formats/dtypes';
import type { Gpu } from '../gpu/gpu';
import { readAs, widenedBytes, widenKernels } from './kernels/blocks';
import type { KernelChoice } from './kernels/dispatcher';
import { ALL_ROWS, fewRowKernels, forced, linear, manyRowKernels, type Way } from './kernels/linear';
import { norm, normKernels } from './kernels/norm';
import type { Linear, Norm, Slots } from './layout';
import { attentionOf } from './probe/attention';
import { BenchTop, WORD } from './probe/bench-top';

export interface KernelRates {
  readonly choice: KernelChoice;
  /** GFLOP/s (two per multiply-add) of every way to multiply, by kernel name. */
  readonly gflops: Readonly<Record<string, number>>;
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

/** A shape is large enough where a run of it takes this many milliseconds. */
const LARGE_MS = 1;

/** Rows at which a matvec for each may still be quicker than a matmul that is mostly empty. */
const FEW_ROWS: readonly number[] = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

/** Rows at which small tiles may still be quicker than large ones; all rows, where they are at the last. */
const SMALL_ROWS: readonly number[] = [64, 128, 256, 512];

/** Rows at which it is measured how many a matvec best takes together, and in how many workgroups a product best is. */
const TOGETHER = [1, 2, 4, 8] as const;
const TOGETHER_ROWS = 8;
const PARTED_ROWS = 16;

/** A matrix of few columns, and workgroups that its product may be cut into; 0: uncut. */
const NARROW: Omit<Shape, 'rows'> = { columns: 1024, inputs: 2048 };
const GROUPS: readonly number[] = [0, 128, 256, 512, 1024];

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
 * straight from the blocks are measured.
 */
export async function chooseKernels(gpu: Gpu, stored: Dtype = USUAL_DTYPE): Promise<KernelRates> {
  const top = new BenchTop(gpu);
  const dtype = readAs(stored);
  try {
    const gflops: Record<string, number> = {};
    const matmuls = await compete(top, dtype, ['matmul_register', 'matmul_workgroup', 'matmul_small'], MATMULS, gflops);
    // On a chip few rows are multiplied as the matrices are stored; on a processor that would be compiled for nothing.
    const few = matmuls.chip ? stored : dtype;
    const matvecs = await compete(top, few, ['matvec_register', 'matvec_workgroup'], MATVECS, gflops, matmuls.chip);
    // Small tiles stand beside large ones.
    const matmul = matmuls.best === 'matmul_small' ? 'matmul_workgroup' : matmuls.best;
    const ways = { matmul, matvec: matvecs.best } as Pick<KernelChoice, 'matmul' | 'matvec'>;
    // On a processor no thread waits for another, and a page that starts there should not wait for finer choices.
    if (!matmuls.chip) return { gflops, choice: { ...ways, threads: 1, anyEpilogue: anyEpilogueOn(gpu) } };
    const together = await bestTogether(top, stored, ways.matvec, matvecs.shape);
    const smallRows = matmul === 'matmul_workgroup' ? await fewestForLarge(top, dtype, matmuls.shape) : 0;
    const groups = smallRows > 0 ? await bestGroups(top, dtype, NARROW) : 0;
    const tiles = { smallRows, groups };
    const fewRows = await fewestForMatmul(top, stored, { ...ways, together, ...tiles }, matvecs.shape);
    const [alone, shared] = await normTimes(top);
    const threads = alone < shared ? 1 : 64;
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
  const first = await productOf(top, dtype, forced(plain), shapes[0]);
  await top.once(() => first(shapes[0].rows)); // compiling is not its time
  let shape = shapes[0];
  let run = first;
  for (const next of shapes.slice(1)) {
    if ((await top.once(() => run(shape.rows))) >= LARGE_MS || !fits(top.gpu, dtype, next)) break;
    top.clear();
    shape = next;
    run = await productOf(top, dtype, forced(plain), shape);
  }
  const rate = (ms: number) => (2 * shape.rows * shape.columns * shape.inputs) / ms / 1e6;
  const record = (product: Product) => () => product(shape.rows);
  gflops[plain] = rate((await top.race([record(run)]))[0]);
  const chip = isChip ?? (!top.gpu.facts.software && gflops[plain] >= CHIP_GFLOPS);
  const candidates: [W, Product][] = [[plain, run]];
  for (const way of chip ? waiting : []) {
    try {
      candidates.push([way, await productOf(top, dtype, forced(way), shape)]);
    } catch (error) {
      // Where it does not compile there are still the others.
      if (!(error instanceof LopperError) || error.code !== 'shader-refused') throw error;
    }
  }
  if (candidates.length > 1) {
    const times = await top.race(candidates.map(([, product]) => record(product)));
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
  const records: (() => void)[] = [];
  // From blocks, two at most: more would be the same kernel again.
  const tries = TOGETHER.slice(0, isInBlocks(dtype) ? 2 : undefined);
  for (const rows of tries) {
    const product = await productOf(top, dtype, forced(matvec, { together: rows }), { ...shape, rows: TOGETHER_ROWS });
    records.push(() => product(TOGETHER_ROWS));
  }
  const times = await top.race(records);
  top.clear();
  return tries[times.indexOf(Math.min(...times))]!;
}

/** From how many rows on large tiles are quicker than small ones: half way between where each is. */
export async function fewestForLarge(top: BenchTop, dtype: Dtype, shape: Shape, tries = SMALL_ROWS): Promise<number> {
  const most = { ...shape, rows: Math.max(...tries) };
  const small = await productOf(top, dtype, forced('matmul_small'), most);
  const large = await productOf(top, dtype, forced('matmul_workgroup'), most);
  let limit = 0;
  for (const rows of tries) {
    const [ofSmall, ofLarge] = await top.race([() => small(rows), () => large(rows)]);
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
  const records: (() => void)[] = [];
  for (const groups of tries) {
    const product = await productOf(top, dtype, forced('matmul_small', { groups }), { ...shape, rows: PARTED_ROWS });
    records.push(() => product(PARTED_ROWS));
  }
  const times = await top.race(records);
  top.clear();
  return tries[times.indexOf(Math.min(...times))]!;
}

/** From how many rows on a matmul, in small tiles or in large ones, is quicker than a matvec of them. */
export async function fewestForMatmul(
  top: BenchTop,
  dtype: Dtype,
  choice: Pick<KernelChoice, 'matmul' | 'matvec' | 'together' | 'smallRows' | 'groups'>,
  shape: Shape,
): Promise<number> {
  const most = { ...shape, rows: Math.max(...FEW_ROWS) };
  const few = await productOf(top, dtype, { ...choice, fewRows: most.rows + 1 }, most);
  const many = await productOf(top, dtype, { ...choice, fewRows: 1 }, most);
  let limit = FEW_ROWS[0];
  for (const rows of FEW_ROWS) {
    const [each, together] = await top.race([() => few(rows), () => many(rows)]);
    if (each > together) break;
    limit = rows + 1;
  }
  top.clear();
  return limit;
}

/** Norms whose rows have a thread each, and those that share theirs. */
export async function normTimes(top: BenchTop): Promise<number[]> {
  const { rows, inputs: width } = MATMULS[0];
  const [x, y] = [await top.filled('x', rows * width * 4, WORD), await top.buffer('y', rows * width * 4)];
  const by: Norm = { layer: false, eps: 0, width, weight: x };
  const from: Slots = { stream: x, slots: [0], rows };
  const records: (() => void)[] = [];
  for (const threads of [1, 64] as const) {
    const d = await top.dispatcher({ matmul: 'matmul_register', matvec: 'matvec_register', threads });
    await d.ready(normKernels(d, false).slice(0, 1));
    records.push(() => norm(d, by, from, y));
  }
  return top.race(records);
}

/** Whether attention of so many rows with so many keys is quicker without its scores in memory. */
export async function flashIsQuicker(
  top: BenchTop,
  threads: KernelChoice['threads'],
  [rows, keys]: readonly [rows: number, keys: number],
): Promise<boolean> {
  const of = (is: boolean) =>
    attentionOf(
      top,
      { matmul: 'matmul_register', matvec: 'matvec_register', threads, flash: { steps: is, texts: is } },
      rows,
      keys,
    );
  try {
    const [kept, flash] = await top.race([await of(false), await of(true)]);
    return flash < kept;
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'shader-refused') throw error;
    return false;
  } finally {
    top.clear();
  }
}

/** Records a product of so many rows. */
type Product = (rows: number) => void;

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
