import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import type { ModelSpec } from '../../model/spec';
import { padded, TILE_ROWS } from '../layout';
import { packTokens } from '../pack';
import { treeRows } from '../rows';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { bareDispatcher, ImpatientRecorder, specOf } from '../testing/kernels';
import { rmsNorm, rope, sight } from '../testing/oracle';
import { attentionBackward as attentionOf, gradientOf, unturned } from '../testing/oracle-backward';
import { attentionKernels } from './attention';
import { attentionBackward, attentionBackwardKernels } from './attention-backward';

const FILLER = 7;
const THREADS = [1, 64] as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
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
  {
    name: 'q, k, v by head, half turns',
    ...{ heads: 3, kvHeads: 3, headDim: 8, rotary: 4, interleaved: true, lengths: [63, 9], shared: 5 },
  },
  { name: 'a window', heads: 4, kvHeads: 2, headDim: 8, rotary: 8, window: 7, lengths: [5, 65, 17], shared: 3 },
  {
    name: 'QK norm, no rotation, a long text',
    ...{ heads: 2, kvHeads: 1, headDim: 4, rotary: 0, qkNorm: 'head', lengths: [257], shared: 0 },
  },
  {
    name: 'QK norm of all heads at once, capped scores',
    ...{ heads: 4, kvHeads: 2, headDim: 12, rotary: 8, qkNorm: 'whole', cap: 0.5, lengths: [17, 5], shared: 1 },
  },
];

describe.each(THREADS)('attention, %i threads to a row', (threads) => {
  it.each(SHAPES)('$name', async (c) => {
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
    const rows = treeRows(tree, window);
    const isWhole = c.qkNorm === 'whole';
    const norms = [heads, kvHeads].map((n) => matrix(1, isWhole ? n * headDim : headDim, next)[0]!);
    const spec: ModelSpec = specOf({
      ...{ heads, kvHeads, headDim, rotaries: [{ dim: c.rotary, frequencies }] },
      attentionScale: c.cap ? 0.7 : 1 / Math.sqrt(headDim),
      ...{ qkNorm: c.qkNorm, scoreCap: c.cap, qkvInterleaved: c.interleaved ?? false },
    });
    const width = (heads + 2 * kvHeads) * headDim;
    const stride = padded(heads * headDim);
    const qkv = matrix(tree.rows, width, () => 2 * next());
    const g = matrix(tree.rows, heads * headDim, next);
    const turns = new Float32Array(Math.max(4, (rows.maxPosition + 1) * c.rotary));
    for (let p = 0; p <= rows.maxPosition; p++) {
      for (const [i, f] of frequencies.entries()) {
        turns.set([Math.cos(p * f), Math.sin(p * f)], p * c.rotary + 2 * i);
      }
    }
    const empty = (floats: number) => upload(gpu, new Float32Array(floats).fill(Number.NaN));
    /** With room for so many tiles at a time in each of the buffers of scores. */
    const backward = async (recorder: Recorder, tiles: { scores: number; dscores: number; capped: number }) => {
      const d = await bareDispatcher(gpu, { threads }, recorder);
      await d.ready([...attentionKernels(d, spec), ...attentionBackwardKernels(d, spec)]);
      const room = (count: number) => empty(count * TILE_ROWS * heads * rows.scoreStride);
      const kvFloats = tree.rows * 2 * kvHeads * headDim;
      const dqkv = await empty(tree.rows * padded(width));
      attentionBackward(
        d,
        spec,
        {
          ...{ rows: tree.rows, branches: 1, qkEps: 1e-6, cacheRows: tree.rows },
          sight: { window, rotary: 0 },
          sizes: isWhole ? await empty(2 * tree.rows) : undefined,
          ...{ scoreStride: rows.scoreStride, tileCount: rows.tileCount },
          qkv: await upload(gpu, flat(qkv, padded(width), FILLER)),
          qkNorm: c.qkNorm ? await upload(gpu, Float32Array.from(norms.flat())) : undefined,
          q: await empty(tree.rows * stride),
          kv: await empty(kvFloats),
          scores: await room(tiles.scores),
          places: await upload(gpu, rows.places),
          tiles: await upload(gpu, rows.tiles),
          keys: await upload(gpu, rows.keys),
          turns: await upload(gpu, turns),
        },
        {
          dmixed: await upload(gpu, flat(g, stride)),
          dscores: await room(tiles.dscores),
          capped: c.cap ? await room(tiles.capped) : undefined,
          dq: await empty(tree.rows * stride),
          dkv: await empty(kvFloats),
          dqkv,
        },
      );
      const all = await download(recorder, dqkv);
      return Float32Array.from(
        { length: tree.rows * width },
        (_, i) => all[Math.floor(i / width) * padded(width) + (i % width)]!,
      );
    };

    const placeOf = (which: 0 | 1 | 2, h: number) =>
      (c.interleaved ? 3 * h + which : [0, heads, heads + kvHeads][which]! + h) * headDim;
    const raw = (which: 0 | 1 | 2, count: number) =>
      qkv.map((row) =>
        Array.from({ length: count }, (_, h) => row.slice(placeOf(which, h), placeOf(which, h) + headDim)),
      );
    /** All heads of a row, normed one by one or together. */
    const normed = (all: number[][], which: 0 | 1): number[][] => {
      if (!c.qkNorm) return all;
      if (!isWhole) return all.map((head) => rmsNorm(head, norms[which]!, 1e-6));
      const together = rmsNorm(all.flat(), norms[which]!, 1e-6);
      return all.map((_, h) => together.slice(h * headDim, (h + 1) * headDim));
    };
    const placed = (which: 0 | 1, count: number) =>
      raw(which, count).map((own, row) =>
        normed(own, which).map((head) => rope(head, tree.positions[row]!, frequencies)),
      );
    const v = raw(2, kvHeads);
    const by = attentionOf(placed(0, heads), placed(1, kvHeads), v, sight(tree, window), g, {
      scale: spec.attentionScale,
      cap: c.cap,
    });
    const want = qkv.map((row) => row.map(() => 0));
    for (const [which, gradients] of [by.q, by.k, by.v].entries()) {
      for (const [row, own] of gradients.entries()) {
        const place = (h: number) => placeOf(which as 0 | 1 | 2, h);
        let back = own.map((given) => (which < 2 ? unturned(given, tree.positions[row]!, frequencies) : given));
        if (which < 2 && c.qkNorm) {
          const heads = own.map((_, h) => qkv[row]!.slice(place(h), place(h) + headDim));
          const cut = (x: readonly number[]) => heads.map((_, h) => x.slice(h * headDim, (h + 1) * headDim));
          back = cut(gradientOf((x) => normed(cut(x), which as 0 | 1).flat(), heads.flat(), back.flat()));
        }
        for (const [h, head] of back.entries()) want[row]!.splice(place(h), headDim, ...head);
      }
    }
    // Buffers may be longer than was asked for, each by itself.
    const got = await backward(new Recorder(gpu), { scores: 9, dscores: 5, capped: 7 });
    for (const [row, values] of want.entries()) {
      const own = got.subarray(row * width, (row + 1) * width);
      // A key of a long text gathers from every row below it.
      expect(worst(own, values), `row ${row}`).toBeLessThan(2e-4);
    }
    // Tile by tile, as where an adapter is slow, and all at once.
    expect(worst(await backward(new ImpatientRecorder(gpu), { scores: 5, dscores: 5, capped: 5 }), got)).toBe(0);
    expect(worst(await backward(new Recorder(gpu), { scores: 99, dscores: 99, capped: 99 }), got)).toBe(0);
  });
});
