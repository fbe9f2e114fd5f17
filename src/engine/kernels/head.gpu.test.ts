import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { padded } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload } from '../testing/gpu';
import { dispatcherFor, specOf } from '../testing/kernels';
import { logSoftmax } from '../testing/oracle';
import { distanceKernels, measureDistance, readLogits, sliceKernels, slicesOf } from './head';

const TOLERANCE = 1e-5;
const THREADS = [1, 64] as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

describe.each(THREADS)('log-probabilities in tiles of the vocabulary, %i threads to a row', (threads) => {
  const BYTES = 16; // of a row's state

  it.each([1, 3, 17, 63, 65, 257])('%i tokens, tiles of 24, rows in two runs, three branches', async (vocabulary) => {
    const next = numbers(vocabulary);
    const [branches, total, tile] = [3, 5, 24];
    const logits = Array.from({ length: branches }, () => matrix(total, vocabulary, () => 40 * next()));
    // Ties: the lowest of the likeliest tokens wins, within a tile and across tiles.
    if (vocabulary > 30) for (const token of [28, 29, 2]) logits[1][3][token] = 50;
    const pairs = Array.from({ length: total }, (_, row) =>
      [0, vocabulary >> 1, vocabulary - 1].slice(0, 1 + (row % 3)).map((token) => [row, token] as const),
    ).flat();
    const d = await dispatcherFor(gpu, specOf(), { threads });
    const states = await upload(gpu, new Float32Array((branches * total * BYTES) / 4).fill(Number.NaN));
    const picked = await upload(gpu, new Float32Array(branches * pairs.length));
    const pairBuffer = await upload(gpu, Uint32Array.from(pairs.flat()));
    for (const [firstRow, rows] of [
      [0, 3],
      [3, 2],
    ]) {
      const firstPair = pairs.findIndex(([row]) => row === firstRow);
      const count = pairs.filter(([row]) => row >= firstRow && row < firstRow + rows).length;
      for (const [firstBranch, several] of [
        [0, 2],
        [2, 1],
      ]) {
        for (let firstToken = 0; firstToken < vocabulary; firstToken += tile) {
          const columns = Math.min(tile, vocabulary - firstToken);
          const here = logits
            .slice(firstBranch, firstBranch + several)
            .flatMap((b) =>
              b.slice(firstRow, firstRow + rows).map((row) => row.slice(firstToken, firstToken + columns)),
            );
          readLogits(d, await upload(gpu, flat(here, tile, 1e9)), states, pairBuffer, picked, {
            rows,
            branches: several,
            columns,
            stride: tile,
            firstToken,
            firstRow,
            totalRows: total,
            firstBranch,
            firstPair,
            pairs: count,
            totalPairs: pairs.length,
          });
        }
      }
    }
    const values = await download(d.recorder, states);
    const words = new Uint32Array(values.buffer);
    const chosen = await download(d.recorder, picked);
    for (let b = 0; b < branches; b++) {
      for (let row = 0; row < total; row++) {
        const at = 4 * (b * total + row);
        const top = Math.max(...logits[b][row]);
        expect(words[at + 2]).toBe(logits[b][row].indexOf(top));
        const lse = values[at] + Math.log(values[at + 1]);
        // exp of up to -80 to 2e-5 at the worst, of terms that matter to 1e-6; logits up to 50 to 2^-24 of themselves.
        expect(Math.abs(lse - (logits[b][row][0] - logSoftmax(logits[b][row])[0]))).toBeLessThan(TOLERANCE);
      }
      for (const [i, [row, token]] of pairs.entries()) {
        expect(chosen[b * pairs.length + i]).toBe(logits[b][row][token]);
      }
    }
  });
});

describe.each(THREADS)('rows that have their whole vocabulary in one tile, %i threads to a slice', (threads) => {
  /** States [rows] of rows that lie `stride` apart in `values`, on buffers that are full of NaN before. */
  const statesOf = async (values: Float32Array<ArrayBuffer>, rows: number, vocabulary: number) => {
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(sliceKernels(d));
    const stale = (floats: number) => upload(gpu, new Float32Array(floats).fill(Number.NaN));
    const [states, slices] = [await stale(4 * rows), await stale(4 * rows * slicesOf(vocabulary))];
    const tile = {
      ...{ rows, branches: 1, columns: vocabulary, stride: padded(vocabulary), firstToken: 0 },
      ...{ firstRow: 0, totalRows: rows, firstBranch: 0, firstPair: 0, pairs: 0, totalPairs: 0 },
    };
    readLogits(d, await upload(gpu, values), states, d.empty, d.empty, tile, slices);
    return download(d.recorder, states);
  };

  it.each([
    [37, 1],
    [1000, 33],
    [4097, 2],
    [50_257, 5],
    [128_256, 1],
    [128_256, 2],
  ])('%i tokens, %i rows', async (vocabulary, rows) => {
    const next = numbers(vocabulary + rows);
    const stride = padded(vocabulary);
    const values = new Float32Array(rows * stride).fill(1e9); // past a row's end
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < vocabulary; i++) values[row * stride + i] = 40 * next();
      // Ties: the lowest of the likeliest wins, be it in the last slice, in the one before or alone.
      for (const back of [1, 3, 70, 5000].slice(0, 1 + (row % 4))) {
        if (back <= vocabulary) values[row * stride + vocabulary - back] = 45;
      }
    }
    const got = await statesOf(values, rows, vocabulary);
    const words = new Uint32Array(got.buffer);
    for (let row = 0; row < rows; row++) {
      const logits = values.subarray(row * stride, row * stride + vocabulary);
      const top = logits.reduce((a, b) => Math.max(a, b));
      const lse = got[4 * row] + Math.log(got[4 * row + 1]);
      const want = top + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0));
      expect(words[4 * row + 2], `row ${row}`).toBe(logits.indexOf(top));
      expect(Math.abs(lse - want), `row ${row}`).toBeLessThan(TOLERANCE);
    }
    expect(await statesOf(values, rows, vocabulary)).toEqual(got);
    // A row's bits are its own, whatever is beside it.
    const last = rows - 1;
    expect(await statesOf(values.slice(last * stride), 1, vocabulary)).toEqual(got.slice(4 * last));
  });

  it('one that is no number shows in its own row, in whatever slice', async () => {
    const vocabulary = 9001;
    const spots = [undefined, 0, 4095, 4096, undefined, 8191, 9000];
    const stride = padded(vocabulary);
    const values = Float32Array.from({ length: spots.length * stride }, (_, i) => Math.sin(i));
    for (const [row, spot] of spots.entries()) if (spot !== undefined) values[row * stride + spot] = Number.NaN;
    const got = await statesOf(values, spots.length, vocabulary);
    const whole = spots.map((_, row) => Number.isFinite(got[4 * row]) && Number.isFinite(got[4 * row + 1]));
    expect(whole).toEqual(spots.map((spot) => spot === undefined));
  });
});

describe.each(THREADS)('the distance of logits from the full model, %i threads to a row', (threads) => {
  it.each([1, 3, 63, 257, 1031])('%i tokens, tiles of 520, rows in two runs, three branches', async (vocabulary) => {
    const next = numbers(vocabulary);
    const [branches, total, tile] = [3, 5, 520];
    const full = matrix(total, vocabulary, () => 40 * next());
    // From far away to next to nothing; the last branch is the full model itself.
    const logits = [1, 1e-2, 0].map((by) => full.map((row) => row.map((z) => Math.fround(z + by * next()))));
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(distanceKernels(d));
    const squares = await upload(gpu, new Float32Array(branches * total).fill(Number.NaN));
    for (const [firstRow, rows] of [
      [0, 3],
      [3, 2],
    ]) {
      for (let firstToken = 0; firstToken < vocabulary; firstToken += tile) {
        const columns = Math.min(tile, vocabulary - firstToken);
        const cut = (all: number[][]) =>
          all.slice(firstRow, firstRow + rows).map((row) => row.slice(firstToken, firstToken + columns));
        const reference = await upload(gpu, flat(cut(full), tile, 1e9));
        for (const [firstBranch, several] of [
          [0, 2],
          [2, 1],
        ]) {
          const here = logits.slice(firstBranch, firstBranch + several).flatMap(cut);
          const t = { rows, branches: several, columns, stride: tile, firstToken, firstRow, totalRows: total };
          measureDistance(d, await upload(gpu, flat(here, tile, -1e9)), reference, squares, {
            ...t,
            firstBranch,
            firstPair: 0,
            pairs: 0,
            totalPairs: 0,
          });
        }
      }
    }
    const got = await download(d.recorder, squares);
    for (const [b, rows] of logits.entries()) {
      for (const [r, row] of rows.entries()) {
        const want = row.reduce((sum, z, i) => sum + (z - full[r][i]) ** 2, 0);
        expect(Math.abs(got[b * total + r] - want), `branch ${b} row ${r}`).toBeLessThanOrEqual(1e-6 * want);
      }
    }
  });
});

it.each(THREADS)('a logit that is no number shows in its row, wherever it is, %i threads to a row', async (threads) => {
  const d = await dispatcherFor(gpu, specOf(), { threads });
  const [vocabulary, tile] = [150, 80];
  const spoilt = [
    undefined,
    ...[0, 70, 79, 80, 149].map((at) => [at, Number.NaN] as const),
    [3, Infinity],
    [90, Infinity],
  ] as const;
  const rows = spoilt.map((spot) => {
    const row = Array.from({ length: vocabulary }, (_, i) => Math.sin(i));
    if (spot) row[spot[0]] = spot[1];
    return row;
  });
  const states = await upload(gpu, new Float32Array(rows.length * 4));
  const none = await upload(gpu, new Float32Array(4));
  for (let firstToken = 0; firstToken < vocabulary; firstToken += tile) {
    const columns = Math.min(tile, vocabulary - firstToken);
    const here = rows.map((row) => row.slice(firstToken, firstToken + columns));
    readLogits(d, await upload(gpu, flat(here, tile)), states, none, none, {
      ...{ rows: rows.length, branches: 1, columns, stride: tile, firstToken, firstRow: 0, totalRows: rows.length },
      ...{ firstBranch: 0, firstPair: 0, pairs: 0, totalPairs: 0 },
    });
  }
  const got = await download(d.recorder, states);
  for (const [i, spot] of spoilt.entries()) {
    const isWhole = Number.isFinite(got[4 * i]) && Number.isFinite(got[4 * i + 1]);
    expect(isWhole, `row with ${spot?.[1]} at ${spot?.[0]}`).toBe(spot === undefined);
  }
});
