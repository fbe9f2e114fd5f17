import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import type { ModelSpec } from '../../model/spec';
import { padded, TILE_ROWS } from '../layout';
import { packTokens } from '../pack';
import { treeRows } from '../rows';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { dispatcherFor, ImpatientRecorder, matrixOn, specOf } from '../testing/kernels';
import { add, attention as attentionOf, layerNorm, rmsNorm, rope, sight } from '../testing/oracle';
import { arrange, arrangeKernels } from './arrange';
import { attention } from './attention';
import type { AttentionStep } from './attention-step';
import type { KernelChoice } from './dispatcher';
import { embed } from './embed';
import { norm } from './norm';

/** Values are below 1 or normed to about 1, sums have 257 terms at most: f32 keeps them to a few units of 2^-24 · 16. */
const TOLERANCE = 1e-5;

const SIZES = [1, 3, 5, 17, 63, 65, 257];
const FILLER = 7;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

const THREADS = [1, 64] as const;

describe('embed', () => {
  const tokens = [130, 0, 64, 65, 7, 65];
  const places = Uint32Array.from([0, 0, 1, 1, 2, 2, 9, 3, 4, 4, 5, 5]); // position, cache row

  it.each([
    ['F32', 5, undefined],
    ['F16', 17, 50],
    ['BF16', 65, 1],
  ] as const)(
    '%s, width %i: finds each token, in a table cut into parts of %s rows',
    async (dtype, width, partRows) => {
      const table = matrix(131, width, numbers(1));
      const d = await dispatcherFor(gpu, specOf({ dtype }));
      const out = await upload(gpu, new Float32Array(9 * padded(width)).fill(FILLER));
      const ids = await upload(gpu, Uint32Array.from(tokens));
      const on = { table: await matrixOn(gpu, table, { dtype, partRows }), ids, places: await upload(gpu, places) };
      embed(d, { ...on, rows: 6, out, outRow: 2 });
      const want = flat(
        tokens.map((t) => table[t]),
        padded(width),
      );
      const got = await download(d.recorder, out);
      // Nothing is rounded: the bits are widened.
      expect(got.subarray(2 * padded(width), 8 * padded(width))).toEqual(want);
      expect(got.subarray(0, 2 * padded(width)).every((v) => v === FILLER)).toBe(true);
      expect(got.subarray(8 * padded(width)).every((v) => v === FILLER)).toBe(true);
    },
  );

  it('adds the learned position of each row', async () => {
    const next = numbers(2);
    const [table, positions] = [matrix(131, 17, next), matrix(10, 17, next)];
    const d = await dispatcherFor(gpu, specOf({ positions: 'wpe', dtype: 'F16' }));
    const out = await upload(gpu, new Float32Array(6 * 24));
    const [ids, where] = [await upload(gpu, Uint32Array.from(tokens)), await upload(gpu, places)];
    const on = (m: number[][], partRows?: number) => matrixOn(gpu, m, { dtype: 'F16', partRows });
    const tables = { table: await on(table, 40), positions: await on(positions) };
    embed(d, { ...tables, ids, places: where, rows: 6, out, outRow: 0 });
    const want = tokens.map((t, i) => add(table[t], positions[places[2 * i]]));
    expect(worst(await download(d.recorder, out), flat(want, 24))).toBe(0);
  });

  it.each([
    ['F16', [65504, -65504, 2 ** -14, 1 + 2 ** -10, -0.333251953125, 0]],
    ['BF16', [2 ** 127, -(2 ** 127), 2 ** -120, 1.0078125, -3.140625, 0]],
  ] as const)('%s: the largest and smallest numbers come through', async (dtype, row) => {
    const d = await dispatcherFor(gpu, specOf({ dtype }));
    const out = await upload(gpu, new Float32Array(8));
    const zero = await upload(gpu, new Uint32Array(4));
    const table = await matrixOn(gpu, [[...row]], { dtype });
    embed(d, { table, ids: zero, places: zero, rows: 1, out, outRow: 0 });
    expect(Array.from((await download(d.recorder, out)).subarray(0, 6))).toEqual(row);
  });
});

describe.each(THREADS)('norms, %i threads to a row', (threads) => {
  describe.each(['rms', 'layer'] as const)('%s norm', (kind) => {
    const eps = 1e-5;
    const make = (change: Partial<ModelSpec> = {}) =>
      dispatcherFor(gpu, specOf({ finalNorm: { kind, weight: '', eps }, ...change }), { threads });

    it.each(SIZES)('of rows %i wide, from the slots of the branches', async (width) => {
      const next = numbers(width);
      const [weight, bias] = matrix(2, width, next);
      const [perSlot, slots] = [3, [4, 0]];
      const stream = matrix(perSlot * 5, width, next);
      const d = await make();
      const by = {
        layer: kind === 'layer',
        eps,
        width,
        weight: await upload(gpu, Float32Array.from(weight)),
        bias: kind === 'layer' ? await upload(gpu, Float32Array.from(bias)) : undefined,
      };
      const out = await upload(gpu, new Float32Array(7 * padded(width)).fill(FILLER));
      const from = { stream: await upload(gpu, flat(stream, padded(width))), slots, rows: perSlot };
      norm(d, by, from, out);
      const one = (row: number[]) => (kind === 'layer' ? layerNorm(row, weight, bias, eps) : rmsNorm(row, weight, eps));
      const want = slots.flatMap((s) => stream.slice(s * perSlot, (s + 1) * perSlot).map(one));
      const got = await download(d.recorder, out);
      expect(worst(got.subarray(0, 6 * padded(width)), flat(want, padded(width)))).toBeLessThan(TOLERANCE);
      expect(got[6 * padded(width)]).toBe(FILLER); // no row more than asked
    });

    it('of a list of rows only, from its middle on', async () => {
      const [width, perSlot, slots] = [17, 6, [2, 1, 0]];
      const next = numbers(3);
      const stream = matrix(perSlot * 3, width, next);
      const weight = matrix(1, width, next)[0];
      const d = await make();
      const by = { layer: kind === 'layer', eps, width, weight: await upload(gpu, Float32Array.from(weight)) };
      const out = await upload(gpu, new Float32Array(9 * 24));
      const list = { buffer: await upload(gpu, Uint32Array.from([1, 5, 5, 0, 3])), first: 2, count: 3 };
      norm(d, by, { stream: await upload(gpu, flat(stream, 24)), slots, rows: perSlot }, out, list);
      const want = slots.flatMap((s) =>
        [5, 0, 3].map((r) => {
          const row = stream[s * perSlot + r];
          return kind === 'layer' ? layerNorm(row, weight, undefined, eps) : rmsNorm(row, weight, eps);
        }),
      );
      expect(worst(await download(d.recorder, out), flat(want, 24))).toBeLessThan(TOLERANCE);
    });

    it('of a row far from zero keeps its digits', async () => {
      const width = 65;
      const row = matrix(1, width, numbers(6))[0].map((v) => 1000 + v);
      const weight = row.map(() => 1);
      const d = await make();
      const by = { layer: kind === 'layer', eps, width, weight: await upload(gpu, Float32Array.from(weight)) };
      const out = await upload(gpu, new Float32Array(padded(width)));
      norm(d, by, { stream: await upload(gpu, flat([row], padded(width))), slots: [0], rows: 1 }, out);
      const want = kind === 'layer' ? layerNorm(row, weight, undefined, eps) : rmsNorm(row, weight, eps);
      // The mean of numbers next to 1000 is good to 1000 · 2^-24 or so, over a deviation of about 0.6.
      expect(worst(await download(d.recorder, out), flat([want], padded(width)))).toBeLessThan(1e-3);
    });
  });
});

interface AttentionCase {
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rotary: number;
  readonly interleaved?: boolean;
  readonly window?: number;
  readonly qkNorm?: 'head' | 'whole';
  readonly cap?: number;
  readonly lengths: readonly number[];
  readonly shared: number;
}

const SHAPES: readonly AttentionCase[] = [
  { name: 'one token', heads: 1, kvHeads: 1, headDim: 4, rotary: 4, lengths: [1], shared: 0 },
  { name: 'shared key heads, a tree', heads: 6, kvHeads: 2, headDim: 12, rotary: 12, lengths: [17, 3, 65], shared: 2 },
  { name: 'no rotation', heads: 3, kvHeads: 3, headDim: 20, rotary: 0, lengths: [5, 7], shared: 4 },
  {
    name: 'q, k, v by head, half turns',
    heads: 3,
    kvHeads: 3,
    headDim: 8,
    rotary: 4,
    interleaved: true,
    lengths: [63, 9],
    shared: 5,
  },
  { name: 'a window', heads: 4, kvHeads: 2, headDim: 8, rotary: 8, window: 7, lengths: [5, 65, 17], shared: 3 },
  { name: 'QK norm', heads: 4, kvHeads: 2, headDim: 12, rotary: 12, qkNorm: 'head', lengths: [17, 5], shared: 1 },
  {
    name: 'QK norm of all heads at once, capped scores',
    ...{ heads: 4, kvHeads: 2, headDim: 12, rotary: 8, qkNorm: 'whole', cap: 0.5, lengths: [17, 5], shared: 1 },
  },
  {
    name: 'QK norm of more channels than are added up in one go',
    ...{ heads: 3, kvHeads: 1, headDim: 100, rotary: 8, qkNorm: 'whole', lengths: [3], shared: 0 },
  },
];

/** More keys and channels than a workgroup takes at a time, more heads to a key head than it takes together. */
const LARGER: AttentionCase[] = [
  { name: 'long texts', heads: 5, kvHeads: 1, headDim: 4, rotary: 4, lengths: [200, 140], shared: 70 },
  {
    name: 'long texts, a wide window',
    heads: 2,
    kvHeads: 2,
    headDim: 4,
    rotary: 0,
    window: 150,
    lengths: [200],
    shared: 0,
  },
];

const WIDE: AttentionCase[] = [
  { name: 'wide heads', heads: 2, kvHeads: 1, headDim: 132, rotary: 8, lengths: [70], shared: 0 },
];

/** Tiles cut into rows. */
function singles(tiles: Uint32Array): { tiles: Uint32Array<ArrayBuffer>; tileCount: number } {
  const rows: number[] = [];
  for (let t = 0; t < tiles.length; t += 4) {
    for (let r = 0; r < tiles[t + 1]; r++) rows.push(tiles[t] + r, 1, tiles[t + 2], 0);
  }
  return { tiles: Uint32Array.from(rows), tileCount: rows.length / 4 };
}

/** What each way of attention is; `apart`: every row a tile of its own, as in a step of texts that are being written. */
const WAYS: readonly [
  string,
  Partial<KernelChoice>,
  { readonly apart?: boolean; readonly shapes?: AttentionCase[] },
][] = [
  ['a thread to a row', { threads: 1 }, {}],
  ['64 threads to a row', { threads: 64 }, {}],
  ['no scores in memory, of texts', { flash: { texts: true, steps: false } }, { shapes: LARGER }],
  [
    'no scores in memory, of steps',
    { flash: { texts: false, steps: true } },
    { shapes: [...LARGER, ...WIDE], apart: true },
  ],
];

describe.each(WAYS)('attention, %s', (_, choice, { apart = false, shapes = [] }) => {
  it.each([...SHAPES, ...shapes])('$name', async (c) => {
    const { heads, kvHeads, headDim, window } = c;
    const next = numbers(11);
    const frequencies = Array.from({ length: c.rotary / 2 }, (_, i) => 10_000 ** ((-2 * i) / c.rotary));
    const common = Array.from({ length: c.shared }, (_, i) => i);
    const tree = packTokens(
      c.lengths.map((n, s) => ({
        ids: [...common, ...Array.from({ length: n - c.shared }, (_, i) => 100 * s + i + 50)],
        scoreFrom: n,
      })),
    );
    const whole = treeRows(tree, window);
    const rows = apart ? { ...whole, ...singles(whole.tiles) } : whole;
    const branches = 2;
    const isWhole = c.qkNorm === 'whole';
    const norms = [heads, kvHeads].map((n) => matrix(1, isWhole ? n * headDim : headDim, next)[0]);
    const spec = specOf({
      heads,
      kvHeads,
      headDim,
      rotaries: [{ dim: c.rotary, frequencies }],
      attentionScale: c.cap ? 0.7 : 1 / Math.sqrt(headDim),
      qkvInterleaved: c.interleaved ?? false,
      qkNorm: c.qkNorm,
      scoreCap: c.cap,
    });
    const d = await dispatcherFor(
      gpu,
      spec,
      choice,
      choice.threads === 1 ? new Recorder(gpu) : new ImpatientRecorder(gpu),
    );

    const width = (heads + 2 * kvHeads) * headDim;
    const qkv = matrix(tree.rows * branches, width, () => 2 * next());
    const words = (data: Uint32Array) => upload(gpu, data);
    const turns = new Float32Array(Math.max(4, (rows.maxPosition + 1) * c.rotary));
    for (let p = 0; p <= rows.maxPosition; p++)
      frequencies.forEach((f, i) => {
        turns.set([Math.cos(p * f), Math.sin(p * f)], p * c.rotary + 2 * i);
      });
    const stride = padded(heads * headDim);
    const out = await upload(gpu, new Float32Array(tree.rows * branches * stride).fill(FILLER));
    // Room for three tiles at a time (and one branch's tiles end in the middle of a run).
    const tileFloats = TILE_ROWS * heads * rows.scoreStride;
    const step: AttentionStep = {
      rows: tree.rows,
      branches,
      sight: { window, rotary: 0 },
      qkv: await upload(gpu, flat(qkv, padded(width), FILLER)),
      qkNorm: c.qkNorm ? await upload(gpu, Float32Array.from(norms.flat())) : undefined,
      qkEps: 1e-6,
      sizes: isWhole ? await upload(gpu, new Float32Array(2 * tree.rows * branches)) : undefined,
      q: await upload(gpu, new Float32Array(tree.rows * branches * stride)),
      kv: await upload(gpu, new Float32Array(tree.rows * branches * 2 * kvHeads * headDim)),
      cacheRows: tree.rows,
      scores: await upload(gpu, new Float32Array(3 * tileFloats).fill(Number.NaN)),
      scoreStride: rows.scoreStride,
      out,
      places: await words(rows.places),
      tiles: await words(rows.tiles),
      tileCount: rows.tileCount,
      keys: await words(rows.keys),
      turns: await upload(gpu, turns),
    };
    const run = vi.spyOn(d, 'run');
    attention(d, spec, step);
    // The way that is meant, not one that was fallen back on.
    const ran = run.mock.calls.map(([{ kernel }]) => kernel.entry);
    expect(ran.includes('flash')).toBe(choice.flash !== undefined && (apart || rows.tileCount < rows.count));
    expect(ran.includes('flash_join')).toBe(apart && rows.scoreStride > 128);

    const seen = sight(tree, window);
    const want = Array.from({ length: branches }, (_, b) => {
      const part = (row: number, which: 0 | 1 | 2, count: number) =>
        Array.from({ length: count }, (_, h) => {
          const place = c.interleaved ? 3 * h + which : [0, heads, heads + kvHeads][which] + h;
          const channels = qkv[b * tree.rows + row].slice(place * headDim, (place + 1) * headDim);
          if (which === 2) return channels;
          const start = which * heads * headDim;
          const all = isWhole
            ? rmsNorm(qkv[b * tree.rows + row].slice(start, start + norms[which].length), norms[which], 1e-6)
            : [];
          const own = isWhole ? all.slice(h * headDim, (h + 1) * headDim) : rmsNorm(channels, norms[which], 1e-6);
          const normed = c.qkNorm ? own : channels;
          return rope(normed, tree.positions[row], frequencies);
        });
      const all = (which: 0 | 1 | 2, count: number) =>
        Array.from({ length: tree.rows }, (_, row) => part(row, which, count));
      const { attentionScale: scale, scoreCap: cap } = spec;
      return attentionOf(all(0, heads), all(1, kvHeads), all(2, kvHeads), seen, { scale, cap });
    }).flat();
    // Scores reach about 10, where f32's exp is off by 1e-6 relative; values reach 2.
    const got = await download(d.recorder, out);
    expect(worst(got, flat(want, stride))).toBeLessThan(2 * TOLERANCE);
    attention(d, spec, step);
    expect(await download(d.recorder, out)).toEqual(got);

    // What is no number shows where it is seen, and nowhere else: here in a query of the second branch.
    const bad = tree.rows;
    const at = bad * padded(width) + (c.interleaved ? 0 : headDim - 1);
    gpu.device.queue.writeBuffer(step.qkv.raw, at * 4, Float32Array.of(Number.NaN));
    attention(d, spec, step);
    const spoilt = await download(d.recorder, out);
    const from = bad * stride;
    expect(spoilt.subarray(from, from + headDim).every(Number.isNaN)).toBe(true);
    expect(spoilt.subarray(0, from)).toEqual(got.subarray(0, from));
    expect(spoilt.subarray(from + stride)).toEqual(got.subarray(from + stride));
  });
});

describe('arranging published tensors', () => {
  it.each([
    [4, 'as published', 5, 17],
    [2, 'as published', 65, 3],
    [2, 'as published', 3, 63],
    [4, 'transposed', 17, 5],
    [2, 'transposed', 65, 17],
    [2, 'transposed', 3, 257],
  ] as const)('%i bytes an element, %s, %i rows of %i', async (bytes, how, rows, inputs) => {
    const transposed = how === 'transposed';
    const dtype = bytes === 4 ? 'F32' : 'F16';
    const d = await dispatcherFor(gpu, specOf({ dtype }));
    await d.ready(arrangeKernels(bytes));
    const element = (row: number, input: number) => 1 + row * inputs + input; // never 0, below 2^16
    const [first, outRow] = [1, 2]; // the first row is left out
    const published = Array.from({ length: rows * inputs }, (_, i) =>
      transposed ? element(i % rows, Math.floor(i / rows)) : element(Math.floor(i / inputs), i % inputs),
    );
    const words = (data: number[]) => (bytes === 4 ? Uint32Array.from(data) : Uint16Array.from(data));
    const stride = padded(inputs);
    const out = await upload(gpu, words(new Array((rows + outRow) * stride).fill(9)));
    arrange(d, await upload(gpu, words(published)), out, bytes, {
      rows: rows - first,
      inputs,
      words: (stride * bytes) / 4,
      rowStep: transposed ? 1 : inputs,
      inputStep: transposed ? rows : 1,
      outRow,
      sourceStart: transposed ? first : first * inputs,
    });
    const { buffer } = await download(d.recorder, out);
    const got = bytes === 4 ? new Uint32Array(buffer) : new Uint16Array(buffer);
    for (let r = 0; r < rows + outRow; r++) {
      const row = Array.from(got.slice(r * stride, (r + 1) * stride));
      const mine = r >= outRow && r < outRow + rows - first;
      const want = Array.from({ length: stride }, (_, i) => (i < inputs ? element(r - outRow + first, i) : 0));
      expect(row).toEqual(mine ? want : row.map(() => 9));
    }
  });
});
