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

/** GB/s of memory and GFLOP/s in 32 bits, as their makers state them. */
const CARDS = [
  { name: 'RTX 4070', memory: 504, peak: 29_000 },
  { name: 'M2 Pro', memory: 200, peak: 6_800 },
  { name: 'Iris Xe', memory: 60, peak: 2_200 },
] as const;

/** What a dispatch is taken to cost, whatever it does. */
const DISPATCH_US = 5;

/** As a card would choose. */
const CHOICE: KernelChoice = {
  ...{ matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', fewRows: 16, together: 8, threads: 64 },
  ...{ smallRows: 64, groups: 256 },
};

/** How often a score crosses memory in each kernel. */
const TRIPS: Readonly<Record<string, number>> = { score: 1, softmax: 5, mix: 1 };

/** What a dispatch moves and computes; 0 where both are little. */
interface Work {
  weightBytes: number;
  scoreBytes: number;
  cacheBytes: number;
  /** Of sums in parts, written and read. */
  partBytes: number;
  multiplyAdds: number;
}
const NOTHING: Work = { weightBytes: 0, scoreBytes: 0, cacheBytes: 0, partBytes: 0, multiplyAdds: 0 };

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
  type Told = Readonly<Record<string, number>>;
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
    all.push({
      ...NOTHING,
      scoreBytes: (TRIPS[entry] ?? 0) * share * seen * heads * 4,
      cacheBytes: halves * share * (writes ? rows * keys : rows) * kvHeads * headDim * 4,
      multiplyAdds: halves * share * seen * heads * headDim,
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
    `Most tokens/s: of each dispatch its bytes or its multiply-adds at the card's own rates, whichever takes longer, and ${DISPATCH_US} us.`,
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
      const rates = CARDS.map(({ memory, peak }) => {
        const us = sum((w) => Math.max(bytes(w) / memory, (2 * w.multiplyAdds) / peak) / 1e3 + DISPATCH_US);
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
