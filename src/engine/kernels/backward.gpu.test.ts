import { beforeAll, describe, expect, it } from 'vitest';
import type { Dtype } from '../../formats/dtypes';
import type { Gpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import { padded } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { bareDispatcher, ImpatientRecorder, matrixOn } from '../testing/kernels';
import { activated, layerNorm, logSoftmax, rmsNorm } from '../testing/oracle';
import { gradientOf, linearBackward as linearOf } from '../testing/oracle-backward';
import { activationBackward, activationBackwardKernels } from './activation-backward';
import type { KernelChoice } from './dispatcher';
import { logitKernels, readLogits } from './head';
import { divergenceBackward, divergenceKernels, likelihoodBackward, likelihoodKernels } from './head-backward';
import { linearBackward, linearBackwardKernels, withoutGate } from './linear-backward';
import { normBackward, normBackwardKernels } from './norm-backward';
import { clear, clearKernels, effect, effectKernels, pull, pullKernels } from './stream-backward';

/** Values are below 1 or normed to about 1, sums have 257 terms at most: f32 keeps them to a few units of 2^-24 · 16. */
const TOLERANCE = 3e-5;
const SIZES = [1, 3, 5, 17, 63, 65, 257];
const FILLER = 7;
const THREADS = [1, 64] as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

describe.each(['matmul_register', 'matmul_workgroup'] as KernelChoice['matmul'][])('g W, by %s', (matmul) => {
  const make = async (dtype: Dtype, recorder = new Recorder(gpu)) => {
    const d = await bareDispatcher(gpu, { matmul }, recorder);
    await d.ready(linearBackwardKernels(d, [dtype]));
    return d;
  };

  it.each(SIZES)('%i inputs, and as many outputs and rows', async (size) => {
    const next = numbers(size);
    // Each size is once that of the inputs, of the outputs and of the rows, with small others.
    for (const [inputs, outputs, rows, dtype] of [
      [size, 5, 3, 'F32'],
      [17, size, 3, 'F16'],
      [5, 17, size, 'BF16'],
    ] as const) {
      const d = await make(dtype);
      const [w, g] = [matrix(outputs, inputs, next), matrix(rows, outputs, next)];
      const stride = outputs + 3; // rows of g need not begin at a multiple of anything
      const out = await upload(gpu, new Float32Array((rows + 1) * padded(inputs)).fill(FILLER));
      const on = await matrixOn(gpu, w, { dtype, partRows: 7 });
      linearBackward(d, await upload(gpu, flat(g, stride, FILLER)), stride, rows, on, out);
      const got = await download(d.recorder, out);
      const want = flat(linearOf(g, w), padded(inputs));
      expect(worst(got.subarray(0, want.length), want)).toBeLessThan(TOLERANCE);
      expect(got.subarray(want.length).every((v) => v === FILLER)).toBe(true);
    }
  });

  it('of some of the outputs, is added, cut where an adapter is slow to the bits of one that is not', async () => {
    const next = numbers(4);
    const [rows, inputs, outputs] = [130, 150, 530];
    const thirds = () => Math.fround(next() / 3); // whose sums have to be rounded
    const [w, g] = [matrix(outputs, inputs, next), matrix(rows, 520, thirds)];
    const before = matrix(rows, inputs, next);
    const columns = { first: 6, count: 520 };
    const [on, given] = [await matrixOn(gpu, w), await upload(gpu, flat(g, 520))];
    const by = async (recorder: Recorder) => {
      const d = await make('F32', recorder);
      const out = await upload(gpu, flat(before, padded(inputs)));
      linearBackward(d, given, 520, rows, on, out, { columns, add: true });
      return download(recorder, out);
    };
    const got = await by(new ImpatientRecorder(gpu));
    const want = linearOf(g, w.slice(6, 526)).map((row, r) => row.map((v, i) => v + before[r]![i]!));
    expect(worst(got, flat(want, padded(inputs)))).toBeLessThan(10 * TOLERANCE);
    expect(worst(await by(new Recorder(gpu)), got)).toBe(0);
  });
});

describe.each(THREADS)('norms, %i threads to a row', (threads) => {
  it.each(['rms', 'layer'] as const)('%s norm: what it reads gets its gradient, all rows or some', async (kind) => {
    const d = await bareDispatcher(gpu, { threads });
    await d.ready(normBackwardKernels(d, kind === 'layer'));
    for (const width of SIZES) {
      const next = numbers(width);
      const eps = 1e-2; // a row of one number is all eps
      const [weight, bias] = matrix(2, width, next);
      const [x, before] = [matrix(4, width, next), matrix(4, width, next)];
      const one = (row: number[]) =>
        kind === 'layer' ? layerNorm(row, weight!, bias!, eps) : rmsNorm(row, weight!, eps);
      const by = { layer: kind === 'layer', eps, width, weight: await upload(gpu, Float32Array.from(weight!)) };
      for (const listed of [undefined, [3, 1]]) {
        const dy = matrix(listed?.length ?? 4, width, next);
        const list = listed && { buffer: await upload(gpu, Uint32Array.from([0, ...listed])), first: 1, count: 2 };
        const gradient = await upload(gpu, flat(before, padded(width), FILLER));
        const [stream, given] = [flat(x, padded(width), FILLER), flat(dy, padded(width), FILLER)];
        normBackward(d, by, await upload(gpu, stream), await upload(gpu, given), dy.length, gradient, list);
        const want = before.map((row, r) => {
          const place = listed ? listed.indexOf(r) : r;
          return place < 0 ? row : gradientOf(one, x[r]!, dy[place]!).map((v, i) => v + row[i]!);
        });
        const most = worst(await download(d.recorder, gradient), flat(want, padded(width), FILLER));
        expect(most, `width ${width}`).toBeLessThan(TOLERANCE * 4);
      }
    }
  });
});

describe('activations', () => {
  it.each(['silu-gated', 'gelu-tanh-gated', 'gelu-tanh', 'gelu-erf', 'silu', 'relu'] as const)(
    '%s',
    async (activation) => {
      const d = await bareDispatcher(gpu);
      await d.ready(activationBackwardKernels(activation));
      const isGated = activation.endsWith('-gated');
      for (const channels of SIZES) {
        const next = numbers(channels);
        const rows = 3;
        const wide = (isGated ? 2 : 1) * channels;
        const z = matrix(rows, wide, () => 0.01 + 6 * next()); // never 0, where relu has a corner
        const bias = isGated ? matrix(1, wide, next)[0]! : undefined;
        const w = matrix(wide, 1, next);
        const up = await matrixOn(gpu, w, { gated: isGated, bias, partRows: isGated ? 7 : undefined });
        const g = matrix(rows, channels, next);
        // As `withoutGate` lays its outputs: of each part the gate's, then up's.
        const order = up.parts.flatMap(({ first, outputs }) =>
          Array.from({ length: isGated ? 2 * outputs : outputs }, (_, i) =>
            i < outputs ? first + i : channels + first + i - outputs,
          ),
        );
        expect(withoutGate(up).parts.at(-1)).toMatchObject({ first: wide - withoutGate(up).parts.at(-1)!.outputs });
        const laid = (row: readonly number[]) => order.map((at) => row[at]!);
        const buffer = await upload(gpu, flat(z.map(laid), padded(wide), FILLER));
        const stride = padded(channels);
        activationBackward(d, activation, rows, up, await upload(gpu, flat(g, stride)), buffer);
        const run = (row: readonly number[]) => activated(row, activation);
        const want = z.map((row, r) => {
          const given = bias ? row.map((v, i) => v + bias[i]!) : row;
          return laid(gradientOf(run, given, g[r]!));
        });
        const most = worst(await download(d.recorder, buffer), flat(want, padded(wide), FILLER));
        expect(most, `${channels} channels`).toBeLessThan(TOLERANCE);
      }
    },
  );
});

describe.each(THREADS)('losses by their logits, %i threads to a row', (threads) => {
  const TILE = 24;
  const total = 5;

  /** Every tile of every run of rows, with log-sum-exps that were taken before. */
  async function gradientsOf(logits: number[][], full: number[][] | undefined, temperature: number, ceiling = 0) {
    const vocabulary = logits[0]!.length;
    const pairs = logits.flatMap((_, row) =>
      [...new Set([0, vocabulary >> 1])].slice(0, 1 + (row % 2)).map((token) => [row, token] as const),
    );
    const pairWeights = pairs.map((_, i) => 0.25 * (1 + (i % 3)));
    const rowWeights = logits.map((_, row) =>
      pairs.reduce((sum, [r], i) => sum + (r === row ? pairWeights[i]! : 0), 0),
    );
    const d = await bareDispatcher(gpu, { threads });
    await d.ready([...logitKernels(d), ...likelihoodKernels(), ...divergenceKernels(d)]);
    const states = await upload(gpu, new Float32Array(2 * total * 4));
    const picked = await upload(gpu, new Float32Array(pairs.length));
    const on = {
      ...{ states, picked, pairs: await upload(gpu, Uint32Array.from(pairs.flat())) },
      rowWeights: await upload(gpu, Float32Array.from(rowWeights)),
      pairWeights: await upload(gpu, Float32Array.from(pairWeights)),
    };
    const divergences = await upload(gpu, new Float32Array(total).fill(Number.NaN));
    const got: number[][] = logits.map(() => []);
    for (const second of [false, true]) {
      for (const [firstRow, rows] of [
        [0, 3],
        [3, 2],
      ] as const) {
        for (let firstToken = 0; firstToken < vocabulary; firstToken += TILE) {
          const columns = Math.min(TILE, vocabulary - firstToken);
          const cut = async (all: number[][]) =>
            upload(
              gpu,
              flat(
                all.slice(firstRow, firstRow + rows).map((row) => row.slice(firstToken, firstToken + columns)),
                TILE,
                FILLER,
              ),
            );
          const firstPair = pairs.findIndex(([row]) => row === firstRow);
          const count = pairs.filter(([row]) => row >= firstRow && row < firstRow + rows).length;
          const tile = { rows, columns, stride: TILE, firstToken, firstRow, totalRows: total, firstPair };
          const [own, reference] = [await cut(logits), full && (await cut(full))];
          if (!second) {
            for (const [side, tileOf] of [own, reference].entries()) {
              if (!tileOf) continue;
              const seen = {
                ...tile,
                branches: 1,
                firstBranch: side,
                pairs: side === 0 ? count : 0,
                totalPairs: pairs.length,
              };
              readLogits(d, tileOf, states, on.pairs, picked, seen);
            }
            continue;
          }
          const told = { ...tile, pairs: count, temperature, ceiling };
          if (reference) divergenceBackward(d, own, reference, on, divergences, told);
          else likelihoodBackward(d, own, on, told);
          const values = await download(d.recorder, own);
          for (let r = 0; r < rows; r++) got[firstRow + r]!.push(...values.subarray(r * TILE, r * TILE + columns));
        }
      }
    }
    return { got, pairs, pairWeights, rowWeights, divergences: await download(d.recorder, divergences) };
  }

  /** Logits of some vocabularies are taken for capped ones, of at most so much: what a change before the cap leaves. */
  const ceilingOf = (vocabulary: number) => (vocabulary === 17 || vocabulary === 65 ? 20 : 0);
  const slope = (z: number, vocabulary: number) => (ceilingOf(vocabulary) ? 1 - (z / ceilingOf(vocabulary)) ** 2 : 1);

  it.each([1, 3, 17, 65, 257])('likelihood, %i tokens', async (vocabulary) => {
    const next = numbers(vocabulary);
    const logits = matrix(total, vocabulary, () => 10 * next());
    const { got, pairs, pairWeights } = await gradientsOf(logits, undefined, 1, ceilingOf(vocabulary));
    for (const [row, z] of logits.entries()) {
      const want = z.map((v, token) =>
        pairs.reduce((sum, [r, target], i) => {
          const p = Math.exp(logSoftmax(z)[token]!);
          return r === row ? sum + slope(v, vocabulary) * pairWeights[i]! * (p - (target === token ? 1 : 0)) : sum;
        }, 0),
      );
      expect(worst(got[row]!, want)).toBeLessThan(TOLERANCE);
    }
  });

  it.each([1, 3, 17, 65, 257])('divergence, %i tokens, from far away to next to nothing', async (vocabulary) => {
    const next = numbers(vocabulary);
    const full = matrix(total, vocabulary, () => 10 * next());
    const apart = [8, 1, 0.1, 1e-3, 0];
    const logits = full.map((row, r) => row.map((v) => Math.fround(v + apart[r]! * next())));
    const { got, rowWeights, divergences } = await gradientsOf(logits, full, 3, ceilingOf(vocabulary));
    for (const [row, z] of logits.entries()) {
      const [p, q] = [logSoftmax(full[row]!), logSoftmax(z)];
      const scale = 3 * rowWeights[row]!;
      const want = z.map((v, i) => slope(v, vocabulary) * scale * (Math.exp(q[i]!) - Math.exp(p[i]!)));
      expect(worst(got[row]!, want)).toBeLessThan(TOLERANCE);
      const kl = p.reduce((sum, v, i) => sum + Math.exp(v) * (v - q[i]!), 0);
      // Of the smallest only the last bits of the logits are left: their distances are 1e-3, known to 5e-7.
      expect(Math.abs(divergences[row]! - kl), `row ${row}`).toBeLessThan(1e-4 * kl + 1e-9);
      expect(divergences[row]).toBeGreaterThanOrEqual(0);
    }
  });
});

describe.each(THREADS)('beside the sublayers, %i threads to a row', (threads) => {
  it('a gradient is cleared, gives effects, and is pulled towards another stream', async () => {
    const d = await bareDispatcher(gpu, { threads });
    await d.ready([...clearKernels(), ...effectKernels(d), ...pullKernels(d)]);
    for (const width of SIZES) {
      const next = numbers(width);
      const [rows, stride, outRow] = [5, padded(width), 2];
      const [g, after, before] = [0, 1, 2].map(() => matrix(rows, width, next)) as [number[][], number[][], number[][]];
      const on = async (m: number[][]) => upload(gpu, flat(m, stride, FILLER));
      const gradient = await on(g);
      const streams = { gradient, after: await on(after), before: await on(before) };
      const out = await upload(gpu, new Float32Array(8).fill(FILLER));
      const of = { rows, width };
      effect(d, of, streams, out, outRow);
      const u = after.map((row, r) => row.map((v, i) => v - before[r]![i]!));
      const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
      const edged = (values: number[]) => [FILLER, FILLER, ...values, FILLER];
      const effects = u.map((row, r) => Math.abs(dot(row, g[r]!)));
      expect(worst(await download(d.recorder, out), edged(effects)), `width ${width}`).toBeLessThan(TOLERANCE);
      pull(d, of, { gradient, after: streams.after, full: streams.before }, 0.5, out, outRow);
      const squares = u.map((row) => 0.5 * dot(row, row));
      expect(worst(await download(d.recorder, out), edged(squares))).toBeLessThan(2 * TOLERANCE);
      const pulled = g.map((row, r) => row.map((v, i) => v + u[r]![i]!));
      expect(worst(await download(d.recorder, gradient), flat(pulled, stride, FILLER))).toBeLessThan(TOLERANCE);
      clear(d, of, gradient);
      expect((await download(d.recorder, gradient)).every((v) => v === 0)).toBe(true);
    }
  });
});
