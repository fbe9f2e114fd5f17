/**
 * `node tools/run.mjs tools/roofline.ts`: what reading and writing with a model of about 1 B parameters asks of a card. The
 * engine's own code records it, without a device, and what it records is counted: dispatches, multiply-adds, bytes of
 * weights, of attention's scores and of caches. Beside it the least time that this takes on three cards: arithmetic, no
 * measurement.
 */
import { findLikeliest } from '../src/engine/greedy';
import { decodingKernels, walkKernels } from '../src/engine/kernels/compile';
import { Dispatcher, type KernelChoice } from '../src/engine/kernels/dispatcher';
import { EPILOGUES } from '../src/engine/kernels/epilogue';
import { type Linear, type Norm, padded, type SublayerWeights, TILE_ROWS } from '../src/engine/layout';
import type { Machine } from '../src/engine/machine';
import { storedTypes } from '../src/engine/matrix-parts';
import type { Rows } from '../src/engine/rows';
import { runSublayer } from '../src/engine/sublayer';
import { embedRows } from '../src/engine/working-buffers';
import type { Buffer } from '../src/gpu/gpu';
import type { Kernel, Kernels } from '../src/gpu/kernel';
import type { Recorder } from '../src/gpu/recorder';
import { ONE_B, patternedModel } from './check/patterned-model';

/**
 * GB/s of memory and GFLOP/s in 32 bits, as their makers state them, and ns that a load from the last cache takes, which none
 * states: assumed.
 */
const CARDS = [
  { name: 'RTX 4070', memory: 504, peak: 29_000, load: 100 },
  { name: 'M2 Pro', memory: 200, peak: 6_800, load: 300 },
  { name: 'Iris Xe', memory: 60, peak: 2_200, load: 300 },
] as const;

/** Steps through workgroup memory that take as long as a load: assumed. */
const STEPS_A_LOAD = 10;

/** What a dispatch is taken to cost beside what it does. */
const DISPATCH_US = 5;

/** As a card would choose. */
const CHOICE: KernelChoice = {
  ...{ matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', fewRows: 16, together: 8, threads: 64 },
  ...{ smallRows: 64, groups: 256 },
};

/** How often a score crosses memory in each kernel. */
const TRIPS: Readonly<Record<string, number>> = { score: 1, softmax: 5, mix: 1 };

type Told = Readonly<Record<string, number>>;

/**
 * What a thread waits for, one after the other, in kernels that are no product: loads, those that are on their way together as
 * one, and steps through workgroup memory. However many workgroups there are, the dispatch takes no less.
 */
const CHAINS: Readonly<Record<string, (told: Told) => readonly [loads: number, steps: number]>> = {
  embed: () => [2, 0],
  norm: ({ width }) => [2 * Math.ceil(width! / 1024), 64],
  place: () => [2, 0],
  score: ({ headDim }) => [1 + headDim! / 4, 0],
  softmax: ({ scoreStride }) => [3 * Math.ceil(scoreStride! / 256), 128],
  mix: ({ scoreStride }) => [(2 * scoreStride!) / 4, 0],
  // Of each 64 keys: where they lie, their channels, and their values, of one in four where a tile is one row.
  flash: ({ headDim, slice, rows, tilesPerBranch }) => {
    const single = rows === tilesPerBranch;
    return [(slice! / 64) * (2 + (single ? 1 : 4) * (headDim! / 4) + (single ? 16 : 64)), (slice! / 64) * 16];
  },
  flash_join: ({ slices }) => [2 * slices!, 0],
  accumulate: ({ columns }) => [Math.ceil(Math.min(columns!, 4096) / 1024), 14],
  finish_strips: ({ parts }) => [parts!, 0],
  join_slices: ({ slices }) => [Math.ceil(slices! / 64), 14],
};

/** What a dispatch moves and computes; 0 where both are little. */
interface Work {
  weightBytes: number;
  scoreBytes: number;
  cacheBytes: number;
  /** Of sums in parts, written and read. */
  partBytes: number;
  multiplyAdds: number;
  /** Loads that wait for one another, steps through workgroup memory among them. */
  chain: number;
}
const NOTHING: Work = { weightBytes: 0, scoreBytes: 0, cacheBytes: 0, partBytes: 0, multiplyAdds: 0, chain: 0 };

/** Rows that a tile has, whether there are as many or not. */
const TILES: Readonly<Record<string, number>> = { matmul_register: 8, matmul_workgroup: 64, matmul_small: 32 };

const [spec, tensors] = patternedModel(ONE_B);
const types = storedTypes(spec, tensors);
const buffer = { id: 0, bytes: 2 ** 26, use: 'activations' } as Buffer;
const normed: Norm = { layer: false, eps: 1e-5, width: spec.width, weight: buffer };
const matrix = (outputs: number, inputs: number, gated = false): Linear => ({
  parts: [{ buffer, first: 0, outputs, dtype: 'F16' }],
  ...{ outputs, steps: padded(inputs) / 8, gated },
});

/** Of a text of `rows` tokens that is read, or of a step of as many texts that each see `keys`. */
async function recorded(rows: number, keys: number, flash: boolean): Promise<Work[]> {
  const writes = rows !== keys;
  const all: Work[] = [];
  const tileCount = writes ? rows : Math.ceil(rows / TILE_ROWS);
  const seen = writes ? rows * keys : (rows * (rows + 1)) / 2;
  const { heads, kvHeads, headDim } = spec;
  type Pipe = { readonly kernel: Kernel };
  const dispatch = ({ kernel }: Pipe, told: Told, _: unknown, [x, y]: readonly [number, number]) => {
    if (x * y === 0) return;
    const { entry } = kernel;
    if (/^mat(mul|vec)/.test(entry)) {
      const elements = told.outputs! * told.steps! * 8 * (told.epilogue === EPILOGUES['silu-gated'] ? 2 : 1);
      const tile = entry === 'matmul_small' && told.rows! <= 16 ? 16 : (TILES[entry] ?? 1);
      const partBytes = told.parts! > 1 ? 8 * told.parts! * told.rows! * told.outputs! : 0;
      const multiplyAdds = elements * Math.ceil(told.rows! / tile) * tile;
      all.push({ ...NOTHING, weightBytes: 2 * elements, partBytes, multiplyAdds });
      return;
    }
    // Tiles of a long text go in runs; half of attention is with keys, half with values.
    const share = (entry === 'flash' ? y : (told.tileCount ?? 0)) / tileCount;
    const halves = { score: 1, mix: 1, flash: 2 }[entry] ?? 0;
    const [loads, steps] = CHAINS[entry]!(told);
    all.push({
      ...NOTHING,
      scoreBytes: (TRIPS[entry] ?? 0) * share * seen * heads * 4,
      cacheBytes: halves * share * (writes ? rows * keys : rows) * kvHeads * headDim * 4,
      multiplyAdds: halves * share * seen * heads * headDim,
      chain: loads + steps / STEPS_A_LOAD,
    });
  };
  const recorder = { maxWork: Number.POSITIVE_INFINITY, dispatch, full: false } as unknown as Recorder;
  const limits = { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 32_768 };
  const gpu = { facts: { limits }, device: { queue: { writeBuffer: () => {} } } };
  const get = async (kernel: Kernel): Promise<Pipe> => ({ kernel });
  const kernels = { get, gpu } as unknown as Kernels;
  const dispatcher = new Dispatcher(recorder, kernels, { ...CHOICE, flash: { steps: flash, texts: flash } }, buffer, {
    ...buffer,
  });
  await dispatcher.ready([
    ...walkKernels(dispatcher, spec, types),
    ...(writes ? decodingKernels(dispatcher, spec, types) : []),
  ]);
  const wide = (heads + 2 * kvHeads) * headDim;
  const weights = (index: number): SublayerWeights =>
    spec.sublayers[index]!.kind === 'attn'
      ? {
          ...{ kind: 'attn', norm: normed, qkv: matrix(wide, spec.width), out: matrix(spec.width, heads * headDim) },
          qkEps: 0,
        }
      : {
          ...{ kind: 'ffn', norm: normed },
          ...{ up: matrix(spec.ffnWidth, spec.width, true), down: matrix(spec.width, spec.ffnWidth) },
        };
  const table = matrix(ONE_B.vocabulary, spec.width);
  const m = {
    ...{
      gpu,
      recorder,
      dispatcher,
      decoding: dispatcher,
      spec,
      types,
      finalNorm: normed,
      head: table,
      embedding: table,
    },
    scratch: { get: () => buffer },
    residency: { acquire: async (index: number) => weights(index) },
  } as unknown as Machine;
  const none = new Uint32Array();
  const prepared: Rows = {
    ...{ count: rows, ids: none, places: none, tiles: none, tileCount, keys: none },
    ...{ scoreStride: Math.ceil(keys / 4) * 4, maxPosition: keys - 1 },
  };
  embedRows(m, rows, buffer, 0);
  for (let index = 0; index < spec.sublayers.length; index++) {
    await runSublayer(m, index, 'run', prepared, [{ slot: 0, sourced: false }]);
  }
  findLikeliest(
    m,
    buffer,
    rows,
    Array.from({ length: rows }, (_, i) => i),
  );
  return all;
}

export async function main(): Promise<number> {
  const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
  console.log(
    `Most tokens/s: of each dispatch its bytes, its multiply-adds or the loads that wait for one another, whichever takes longest, and ${DISPATCH_US} us.`,
  );
  const columns = [
    'dispatches',
    'weights GB',
    'scores MB',
    'caches MB',
    'parts MB',
    'GFLOP',
    ...CARDS.map((c) => c.name),
  ];
  console.log(`| what | ${columns.join(' | ')} |`);
  console.log(`|${' --- |'.repeat(columns.length + 1)}`);
  for (const [name, rows, keys] of [
    ['read 512 tokens', 512, 512],
    ['read 2,048 tokens', 2048, 2048],
    ['write, 16 tokens before', 1, 17],
    ['write, 2,047 tokens before', 1, 2048],
    ['write 32 texts, 16 tokens before', 32, 17],
    ['write 32 texts, 2,047 tokens before', 32, 2048],
  ] as const) {
    for (const flash of [false, true]) {
      const all = await recorded(rows, keys, flash);
      const sum = (of: (work: Work) => number) => all.reduce((total, work) => total + of(work), 0);
      const bytes = (w: Work) => w.weightBytes + w.scoreBytes + w.cacheBytes + w.partBytes;
      const rates = CARDS.map(({ memory, peak, load }) => {
        const ns = (w: Work) => Math.max(bytes(w) / memory, (2 * w.multiplyAdds) / peak, w.chain * load);
        const us = sum((w) => ns(w) / 1e3 + DISPATCH_US);
        return number((1e6 * rows) / us);
      });
      const cells = [
        ...[all.length, sum((w) => w.weightBytes) / 1e9, sum((w) => w.scoreBytes) / 1e6].map(number),
        ...[sum((w) => w.cacheBytes) / 1e6, sum((w) => w.partBytes) / 1e6, (2 * sum((w) => w.multiplyAdds)) / 1e9].map(
          number,
        ),
        ...rates,
      ];
      console.log(`| ${name}${flash ? ', no scores kept' : ', scores kept'} | ${cells.join(' | ')} |`);
    }
  }
  return 0;
}
