import own from '../../../shaders/linear.wgsl?raw';
import weights from '../../../shaders/weights.wgsl?raw';
import { DTYPES, type Dtype, isInBlocks } from '../../formats/dtypes';
import type { Buffer } from '../../gpu/gpu';
import { kernel } from '../../gpu/kernel';
import { type Linear, padded, type Slots } from '../layout';
import { BLOCK_PRODUCTS, blockProductKernels, mayBeStraight, runBlockProducts } from './block-products';
import { readAs, readable } from './blocks';
import { type Dispatcher, type KernelChoice, type Variant, variant } from './dispatcher';
import {
  compiledFor,
  EPILOGUE_CODE,
  EPILOGUES,
  type Epilogue,
  finishVariant,
  PRODUCT_BINDINGS,
  PRODUCT_PARAMETERS,
  type ProductTold,
  stripsOf,
} from './epilogue';

/** From so many rows on a product is a matmul, below a matvec a row, where no measurement says otherwise. */
const MATMUL_ROWS = 4;

const code = EPILOGUE_CODE + weights + own;

const product = <const C extends string>(entry: Way, constants: readonly C[]) =>
  kernel({
    file: 'linear.wgsl',
    code,
    entry,
    parameters: PRODUCT_PARAMETERS,
    bindings: PRODUCT_BINDINGS,
    constants,
  });

/** The ways to multiply; a measurement on the adapter chooses. */
export type Way = KernelChoice['matmul'] | 'matmul_small' | KernelChoice['matvec'];

export const PRODUCTS = {
  matmul_register: product('matmul_register', ['DTYPE', 'EPILOGUE']),
  matmul_workgroup: product('matmul_workgroup', ['DTYPE', 'EPILOGUE']),
  matmul_small: product('matmul_small', ['DTYPE', 'EPILOGUE', 'ROWS']),
  matvec_register: product('matvec_register', ['DTYPE', 'EPILOGUE']),
  matvec_workgroup: product('matvec_workgroup', ['DTYPE', 'EPILOGUE', 'ROWS']),
} satisfies Record<Way, unknown>;

/** Workgroups of a dispatch, across and down, that every adapter takes. */
const MOST_GROUPS = 65_535;

/** Outputs (weight rows) and rows of x that one workgroup takes. */
const SHARES: Readonly<Record<Way, readonly [columns: number, rows: number]>> = {
  matmul_register: [64, 64],
  matmul_workgroup: [64, 64],
  matmul_small: [32, 1],
  matvec_register: [128, 1],
  matvec_workgroup: [4, 1],
};

/** A type that matrices are stored in, and what becomes of their products: what a product is compiled for. */
export interface ProductKind {
  readonly dtype: Dtype;
  readonly epilogue: Epilogue;
}

/** Rows that a matvec may take together, by the most it takes. */
const TOGETHER = { 1: [1], 2: [1, 2], 4: [1, 2, 4], 8: [1, 2, 4, 8] } as const;

/** Rows of a small tile: of as few as fit into half of one, and of more. */
const SMALL_TILES = [16, 32] as const;

/** Rows that a workgroup may take, fewest first, where the kernel is told. */
function sizesOf(choice: KernelChoice, way: Way): readonly number[] {
  if (way === 'matmul_small') return SMALL_TILES;
  return way === 'matvec_workgroup' ? TOGETHER[choice.together ?? 1] : TOGETHER[1];
}

/** How many it takes of so many: it has no use for the room of more. */
function sizeFor(choice: KernelChoice, way: Way, rows: number): number {
  const sizes = sizesOf(choice, way);
  return sizes.find((n) => n >= rows) ?? sizes[sizes.length - 1]!;
}

/** `size`: the rows that a workgroup takes. */
function productVariant(d: Dispatcher, way: Way, { dtype, epilogue }: ProductKind, size: number) {
  const [DTYPE, EPILOGUE] = [DTYPES[dtype].code, compiledFor(d, epilogue)];
  return way === 'matvec_workgroup' || way === 'matmul_small'
    ? variant(PRODUCTS[way], { DTYPE, EPILOGUE, ROWS: size })
    : variant(PRODUCTS[way], { DTYPE, EPILOGUE });
}

/** For matrices that are stored so: what is in blocks is widened first, by `widenKernels`. */
export const productKernels = (d: Dispatcher, way: Way, kinds: readonly ProductKind[]): Variant[] =>
  kinds.flatMap(({ dtype, epilogue }) =>
    sizesOf(d.choice, way).map((size) => productVariant(d, way, { dtype: readAs(dtype), epilogue }, size)),
  );

/** Ways for many rows, for matrices that are stored so. */
export const manyRowKernels = (d: Dispatcher, kinds: readonly ProductKind[]): Variant[] => [
  ...productKernels(d, d.choice.matmul, kinds),
  ...(d.choice.smallRows ? productKernels(d, 'matmul_small', kinds) : []),
];

/** For products of few rows, beside those of many: straight from the blocks where matrices are stored in such. */
export const fewRowKernels = (d: Dispatcher, kinds: readonly ProductKind[]): Variant[] =>
  kinds.flatMap((kind) =>
    isInBlocks(kind.dtype)
      ? blockProductKernels(d, kind.dtype)
      : [
          ...productKernels(d, d.choice.matvec, [kind]),
          ...(d.choice.smallRows ? productKernels(d, 'matmul_small', [kind]) : []),
          ...(d.choice.groups ? [finishVariant(d, kind.epilogue)] : []),
        ],
  );

const fewRows = ({ choice }: Dispatcher): number => choice.fewRows ?? MATMUL_ROWS;

/** Which way so many rows are multiplied: few by a matvec, once one is compiled, more in small tiles, and all others. */
function wayOf(d: Dispatcher, rows: number, kind: ProductKind): Way {
  const { matmul, matvec, smallRows = 0 } = d.choice;
  const has = (way: Way) => d.has(productVariant(d, way, kind, sizeFor(d.choice, way, rows)));
  if (rows < fewRows(d) && has(matvec)) return matvec;
  return rows < smallRows && has('matmul_small') ? 'matmul_small' : matmul;
}

/** The kernel that multiplies so many rows of so many times eight inputs. */
export const kernelOf = (d: Dispatcher, rows: number, { dtype, epilogue }: ProductKind, steps: number): string =>
  rows < fewRows(d) && mayBeStraight(d, dtype, steps)
    ? BLOCK_PRODUCTS[d.choice.matvec].entry
    : wayOf(d, rows, { dtype: readAs(dtype), epilogue });

/** More rows than there are. */
export const ALL_ROWS = 2 ** 31;

/** A choice by which any number of rows is multiplied this way. */
export const forced = (way: Way, change: Partial<KernelChoice> = {}): Partial<KernelChoice> => ({
  ...(way === 'matmul_small' && { fewRows: 1, smallRows: ALL_ROWS }),
  ...((way === 'matmul_register' || way === 'matmul_workgroup') && { matmul: way, fewRows: 1 }),
  ...((way === 'matvec_register' || way === 'matvec_workgroup') && { matvec: way, fewRows: ALL_ROWS }),
  ...change,
});

/** Inputs that a part of a sum has at least: what adding parts costs is little beside it. */
const LEAST_PART = 256;

/** Bytes of a small tile's sums. */
const TILE_BYTES = 32 * 32 * 4;

/** Room that parts of sums take with this choice of kernels, in bytes. */
export const partBytes = ({ groups = 0 }: Pick<KernelChoice, 'groups'>): number => groups * TILE_BYTES;

/**
 * In how many parts the sums of a product in small tiles are computed, so that there are about `groups` workgroups: by its
 * shape alone, so that it comes to the same bits whenever it is asked for.
 */
export function partsOf(
  { groups = 0 }: Pick<KernelChoice, 'groups'>,
  rows: number,
  columns: number,
  inputs: number,
): number {
  const tiles = Math.ceil(rows / SMALL_TILES[1]) * Math.ceil(columns / 32);
  return Math.max(1, Math.min(Math.floor(groups / tiles), Math.floor(inputs / LEAST_PART)));
}

/** A run of a matrix's outputs. */
export interface Columns {
  readonly first: number;
  readonly count: number;
}

/** What becomes of the products of a matrix that are only kept. */
export const keeping = ({ cap }: Pick<Linear, 'cap'>): 'store' | 'cap' => (cap === undefined ? 'store' : 'cap');

/** out = epilogue(x Wᵀ + b), rows of `out` `outStride` elements apart; its columns from `columns.first` on, where given. */
export function linear(
  d: Dispatcher,
  x: Buffer,
  rows: number,
  w: Linear,
  epilogue: Exclude<Epilogue, 'add' | 'cap'>,
  out: Buffer,
  outStride: number,
  columns: Columns = { first: 0, count: w.outputs },
): void {
  multiply(d, x, rows, w, epilogue === 'store' ? keeping(w) : epilogue, out, outStride, columns);
}

/** stream += x Wᵀ + b, into the slots. */
export function linearAdd(d: Dispatcher, x: Buffer, w: Linear, to: Slots): void {
  const rows = to.rows * to.slots.length;
  multiply(d, x, rows, w, 'add', to.stream, padded(w.outputs), { first: 0, count: w.outputs }, to);
}

/** What a dispatch reads: rows of x, and where its weights begin. */
interface Read {
  readonly rows: number;
  readonly rowStart: number;
  readonly steps: number;
  readonly weightStart: number;
  readonly upStart: number;
  readonly parts: number;
  readonly partSteps: number;
}

const NONE: readonly number[] = [];

/** Products too long for one submission are cut by rows, then by columns. */
function multiply(
  d: Dispatcher,
  x: Buffer,
  rows: number,
  w: Linear,
  epilogue: Epilogue,
  out: Buffer,
  outStride: number,
  columns: Columns,
  to?: Slots,
): void {
  const wide = w.gated ? 2 : 1;
  const perColumn = w.steps * 8 * wide; // multiply-adds a row
  const limit = d.recorder.maxWork;
  /** All that a dispatch is told: its rows and weights, its columns from `c` on, and what becomes of them. */
  const told = (of: Read, c: number, outputs: number): ProductTold => ({
    rows: of.rows,
    rowStart: of.rowStart,
    steps: of.steps,
    outputs,
    weightStart: of.weightStart,
    upStart: of.upStart,
    columnStart: c - columns.first,
    outStride,
    hasBias: w.bias ? 1 : 0,
    biasStart: c,
    upBias: w.outputs,
    padTo: c + outputs === w.outputs && epilogue !== 'add' ? padded(w.outputs) - c : 0,
    rowsPerSlot: to?.rows ?? 1,
    scale: w.scale ?? 1,
    cap: w.cap ?? 1,
    ceiling: w.ceiling ?? w.cap ?? 1,
    epilogue: EPILOGUES[epilogue],
    parts: of.parts,
    partSteps: of.partSteps,
    sharing: 1,
    slots: to?.slots ?? NONE,
  });
  for (const part of w.parts) {
    const begin = Math.max(part.first, columns.first);
    const end = Math.min(part.first + part.outputs, columns.first + columns.count);
    if (begin >= end) continue;
    if (rows < fewRows(d) && mayBeStraight(d, part.dtype, w.steps)) {
      const most = Math.floor((MOST_GROUPS * 4) / wide);
      for (let c = begin; c < end; c += most) {
        const outputs = Math.min(most, end - c);
        const of: Read = {
          rows,
          rowStart: 0,
          steps: w.steps,
          weightStart: c - part.first,
          upStart: part.outputs,
          parts: 1,
          partSteps: w.steps,
        };
        const buffers = { x, w: part.buffer, bias: w.bias ?? d.empty, out };
        runBlockProducts(d, part.dtype, told(of, c, outputs), buffers, outputs * wide);
      }
      continue;
    }
    for (const piece of readable(d, part, w.steps, w.gated, begin, end)) {
      const kind = { dtype: piece.dtype, epilogue };
      const way = wayOf(d, rows, kind);
      const size = sizeFor(d.choice, way, rows);
      // In steps of decoding alone, as matvecs are; and the room may hold the weights themselves.
      const mayPart = way === 'matmul_small' && piece.buffer !== d.room && d.has(finishVariant(d, epilogue));
      const wanted = mayPart ? partsOf(d.choice, rows, w.outputs * wide, w.steps * 8) : 1;
      const partSteps = Math.ceil(w.steps / wanted / 4) * 4;
      const parts = Math.ceil(w.steps / partSteps); // none of them empty
      const [columnShare, rowShare] = [SHARES[way][0], SHARES[way][1] * size];
      const rowStep = way === d.choice.matvec ? rows : atLeast(64, limit / (perColumn * (piece.end - piece.begin)));
      for (let row = 0; row < rows; row += rowStep) {
        const count = Math.min(rowStep, rows - row);
        const columnStep = atLeast(256, Math.min(limit / (perColumn * count), (MOST_GROUPS * columnShare) / wide));
        for (let c = piece.begin; c < piece.end; c += columnStep) {
          const outputs = Math.min(columnStep, piece.end - c);
          const of: Read = {
            rows: count,
            rowStart: row,
            steps: w.steps,
            weightStart: c - piece.first,
            upStart: piece.upStart,
            parts,
            partSteps,
          };
          d.run(
            productVariant(d, way, kind, size),
            told(of, c, outputs),
            { x, w: piece.buffer, bias: w.bias ?? d.empty, out: parts > 1 ? d.room : out },
            [Math.ceil((outputs * wide) / columnShare), Math.ceil(count / rowShare) * parts],
            count * outputs * perColumn,
          );
          if (parts === 1) continue;
          const strips = stripsOf(outputs * wide);
          d.run(
            finishVariant(d, epilogue),
            told({ ...of, steps: strips }, c, outputs),
            { x: d.room, bias: w.bias ?? d.empty, out },
            [Math.ceil(strips / 64), count],
            parts * count * outputs,
          );
        }
      }
    }
  }
}

/** A multiple of `step`, at least one. */
const atLeast = (step: number, wanted: number): number => Math.max(1, Math.floor(wanted / step)) * step;
