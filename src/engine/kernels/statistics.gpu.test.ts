import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { HISTOGRAM, padded } from '../layout';
import { cosineAt, normAt } from '../observers/statistics';
import { download, flat, matrix, numbers, sharedGpu, upload } from '../testing/gpu';
import { dispatcherFor, ImpatientRecorder, specOf } from '../testing/kernels';
import { turn } from '../testing/oracle';
import { histogramKernels, measure, spread, statisticsKernels, total } from './statistics';

const { BINS } = HISTOGRAM;

/** Values are below 3, sums have 257 terms at most: f32 keeps them to a few units of 2^-24 · 16. */
const TOLERANCE = 1e-5;

const SIZES = [1, 3, 5, 17, 63, 65, 257];
const FILLER = 7;
const THREADS = [1, 64] as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

describe.each(THREADS)('what a unit does to the stream, %i threads to a row', (threads) => {
  it.each(SIZES)('rows %i wide, from very strong updates to ones that barely turn the stream', async (width) => {
    const next = numbers(width + 40);
    const strengths = [100, 1, 1e-2, 1e-4];
    const a = matrix(strengths.length, width, () => next() + 1.5);
    const before = matrix(strengths.length, width, next);
    // Rounded to f32 first: the update that counts is the one the stream really got.
    const after = before.map((row, i) => row.map((v) => Math.fround(v + strengths[i] * next())));
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(statisticsKernels(d));
    const stride = padded(width);
    const pad = (rows: number[][], first: number) => flat([...matrix(first, width, () => FILLER), ...rows], stride);
    const out = await upload(gpu, new Float32Array(6 * 8).fill(FILLER));
    const on = async (rows: number[][], first: number) => [await upload(gpu, pad(rows, first)), first] as const;
    measure(d, width, 4, await on(a, 1), await on(before, 2), await on(after, 3), [out, 1]);
    const got = await download(d.recorder, out);
    expect(got[0]).toBe(FILLER);
    expect(got[40]).toBe(FILLER);
    for (const [i, row] of a.entries()) {
      const want = turn(
        row,
        after[i].map((v, j) => v - before[i][j]),
      );
      const [cosine, alignment, ...norms] = got.subarray(8 * (i + 1), 8 * (i + 2));
      const named = [want.sourceL1, want.sourceL2, want.l1, want.l2, want.resultL1, want.resultL2];
      for (const [n, value] of named.entries())
        expect(Math.abs(norms[n] - value)).toBeLessThanOrEqual(TOLERANCE * value);
      expect(Math.abs(alignment - want.alignment)).toBeLessThan(TOLERANCE);
      // Relative, at 1 - cos down to 1e-9; a row of one number does not turn at all (or about), so absolute there.
      const scale = width === 1 ? Math.max(want.turn, (want.l2 / want.sourceL2) ** 2) : want.turn;
      expect(Math.abs(cosine - want.turn), `strength ${strengths[i]}: ${cosine}`).toBeLessThanOrEqual(1e-3 * scale);
    }
  });

  it('a unit that barely turns the stream, where a plain 1 - cos in f32 has no digit left', async () => {
    const width = 65;
    const next = numbers(77);
    const a = matrix(1, width, () => next() + 1.5);
    // The unit turns the stream by about 1e-6: 1 - cos is about 1e-12, far below f32's step of 6e-8 next to 1.
    const u = matrix(1, width, () => next() * 2e-6);
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(statisticsKernels(d));
    const zero = await upload(gpu, new Float32Array(padded(width)));
    const [on, after] = [await upload(gpu, flat(a, padded(width))), await upload(gpu, flat(u, padded(width)))];
    const out = await upload(gpu, new Float32Array(8));
    measure(d, width, 1, [on, 0], [zero, 0], [after, 0], [out, 0]);
    const want = turn(a[0], Array.from(flat(u, width))).turn;
    expect(want).toBeLessThan(1e-11);
    const got = (await download(d.recorder, out))[0];
    expect(Math.abs(got / want - 1)).toBeLessThan(1e-3);
    const f = Math.fround;
    const [aa, bb, ab] = [
      a[0].reduce((s, v) => f(s + f(v * v)), 0),
      a[0].reduce((s, v, i) => f(s + f(f(v + u[0][i]) ** 2)), 0),
      a[0].reduce((s, v, i) => f(s + f(v * f(v + u[0][i]))), 0),
    ];
    const naive = f(1 - f(ab / f(f(Math.sqrt(aa)) * f(Math.sqrt(bb)))));
    expect(Math.abs(naive / want - 1)).toBeGreaterThan(0.5);
  });
});

describe.each(THREADS)('several units on the same rows, %i threads to a row', (threads) => {
  it.each([
    ['in one dispatch', false],
    ['cut into several, where one is too long', true],
  ])('read one stream each and end in the same one, %s', async (_, slow) => {
    const [width, rows, units] = [17, 5, 3];
    const next = numbers(9);
    const starts = matrix(units * rows, width, next);
    const end = matrix(rows, width, next);
    const d = await dispatcherFor(gpu, specOf(), { threads }, slow ? new ImpatientRecorder(gpu) : undefined);
    await d.ready(statisticsKernels(d));
    const from = [await upload(gpu, flat(starts, 24)), 0] as const;
    const filled = await upload(gpu, flat([...matrix(2, width, next), ...end], 24));
    const out = await upload(gpu, new Float32Array(units * rows * 8));
    measure(d, width, rows, from, from, [filled, 2], [out, 0], units);
    const got = await download(d.recorder, out);
    for (const [i, row] of starts.entries()) {
      const want = turn(
        row,
        end[i % rows].map((v, j) => v - row[j]),
      );
      expect(Math.abs(got[8 * i] / want.turn - 1)).toBeLessThan(1e-4);
      expect(Math.abs(got[8 * i + 5] / want.l2 - 1)).toBeLessThan(TOLERANCE);
    }
  });
});

/** Made-up numbers of rows as `measure` leaves them, some of them first positions, from row 2 of the places on. */
async function measured(units: number, rows: number) {
  const next = numbers(units * 1000 + rows);
  const positive = () => 2 ** (8 * next());
  const row = () => [(next() + 1) ** 3 / 4, next(), ...Array.from({ length: 6 }, positive)];
  const all = Array.from({ length: units * rows }, row);
  const positions = Array.from({ length: rows + 2 }, (_, i) => (i % 5 === 2 ? 0 : i));
  return {
    all,
    isFirst: (i: number) => positions[2 + (i % rows)] === 0,
    buffer: await upload(gpu, flat(all, 8)),
    places: await upload(gpu, Uint32Array.from(positions.flatMap((p, i) => [p, 99 + i]))),
  };
}

describe.each(THREADS)('sums over rows, %i threads to a unit', (threads) => {
  it.each([
    [1, 1],
    [3, 31],
    [5, 65],
    [70, 33],
    [2, 2100],
  ])('%i units of %i rows, first positions apart', async (units, rows) => {
    const m = await measured(units, rows);
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(statisticsKernels(d));
    const out = await upload(gpu, new Float32Array(units * 24 + 1).fill(FILLER));
    total(d, units, rows, m.buffer, m.places, 2, out);
    const got = await download(d.recorder, out);
    expect(got[units * 24]).toBe(FILLER);
    for (let unit = 0; unit < units; unit++) {
      for (const group of [0, 1]) {
        const own = m.all.slice(unit * rows, (unit + 1) * rows).filter((_, i) => m.isFirst(i) === (group === 0));
        const each = own.map((r) => {
          const [turned, alignment, a1, a2, u1, u2, b1, b2] = r;
          const angle = Math.acos(1 - turned) / Math.PI;
          return [turned, angle, u1 / a1, u2 / a2, u1 / b1, u2 / b2, u1, u2, a2, alignment];
        });
        for (let k = 0; k < 10; k++) {
          const want = each.reduce((sum, values) => sum + values[k], 0);
          const size = each.reduce((sum, values) => sum + Math.abs(values[k]), 0);
          const at = (2 * unit + group) * 12 + k;
          expect(Math.abs(got[at] - want), `unit ${unit} group ${group} sum ${k}`).toBeLessThanOrEqual(3e-6 * size);
        }
      }
    }
  });

  it('a row that is not a number spoils its unit and group only', async () => {
    const m = await measured(3, 10);
    m.all[14] = m.all[14].map(() => Number.NaN); // unit 1, row 4
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(statisticsKernels(d));
    const out = await upload(gpu, new Float32Array(3 * 24));
    total(d, 3, 10, await upload(gpu, flat(m.all, 8)), m.places, 2, out);
    const got = await download(d.recorder, out);
    const bad = Array.from({ length: 6 }, (_, i) => got.subarray(i * 12, i * 12 + 10).every(Number.isNaN));
    expect(bad).toEqual([false, false, false, true, false, false]);
    expect(got.filter(Number.isNaN).length).toBe(10);
  });

  it('angles are true to six digits from nearly nothing to a half turn', async () => {
    const turns = [1e-14, 1e-9, 1e-5, 1e-3, 0.1, 0.49, 0.5, 0.51, 1, 1.5, 1.999, 2].map(Math.fround);
    const d = await dispatcherFor(gpu, specOf(), { threads });
    await d.ready(statisticsKernels(d));
    const rows = turns.map((t) => [t, 0, 1, 1, 1, 1, 1, 1]);
    const out = await upload(gpu, new Float32Array(turns.length * 24));
    const places = await upload(gpu, new Uint32Array(2)); // every unit has one row
    total(d, turns.length, 1, await upload(gpu, flat(rows, 8)), places, 0, out);
    const got = await download(d.recorder, out);
    for (const [i, t] of turns.entries()) {
      const want = (2 * Math.asin(Math.sqrt(t / 2))) / Math.PI; // arccos(1 - t) / pi
      expect(Math.abs(got[24 * i + 1] / want - 1), `${t}`).toBeLessThan(1e-6);
    }
  });
});

describe('histograms over rows', () => {
  it.each([
    [1, 1],
    [3, 130],
  ])('%i units of %i rows: each row in the bin of its value', async (units, rows) => {
    const m = await measured(units, rows);
    const d = await dispatcherFor(gpu, specOf());
    await d.ready(histogramKernels());
    const out = await upload(gpu, new Uint32Array(units * 2 * 4 * BINS));
    spread(d, units, rows, m.buffer, m.places, 2, out);
    const got = new Uint32Array((await download(d.recorder, out)).buffer);
    for (const [i, [, alignment, , a2, , u2]] of m.all.entries()) {
      const group = 2 * Math.floor(i / rows) + (m.isFirst(i) ? 0 : 1);
      for (const [k, value] of [u2, a2, u2 / a2, alignment].entries()) {
        const valueAt = k === 3 ? cosineAt : normAt;
        const mine = got.subarray((group * 4 + k) * BINS, (group * 4 + k + 1) * BINS);
        const slack = 1e-6 * Math.abs(value) + 1e-9; // an edge belongs to either side: log2 is rounded
        const holds = (bin: number) =>
          mine[bin] > 0 && valueAt(bin) <= value + slack && value <= valueAt(bin + 1) + slack;
        expect(Array.from(mine.keys()).some(holds), `row ${i}, ${value}`).toBe(true);
      }
    }
    for (let unit = 0; unit < units; unit++) {
      for (const group of [0, 1]) {
        const count = Array.from({ length: rows }, (_, i) => m.isFirst(i)).filter((f) => f === (group === 0)).length;
        for (let k = 0; k < 4; k++) {
          const at = ((2 * unit + group) * 4 + k) * BINS;
          expect(got.subarray(at, at + BINS).reduce((a, b) => a + b, 0)).toBe(count);
        }
      }
    }
  });

  it('what lies outside, and what is not a number, ends in a bin all the same', async () => {
    const d = await dispatcherFor(gpu, specOf());
    await d.ready(histogramKernels());
    const rows = [
      [0, 1, 1, 1e9, 1, 0, 1, 1],
      [0, -1, 1, 0, 1, 1e-30, 1, 1],
      Array.from({ length: 8 }, () => Number.NaN),
    ];
    const out = await upload(gpu, new Uint32Array(2 * 4 * BINS));
    const places = await upload(gpu, new Uint32Array(6));
    spread(d, 1, 3, await upload(gpu, flat(rows, 8)), places, 0, out);
    const got = new Uint32Array((await download(d.recorder, out)).buffer);
    const sums = Array.from({ length: 8 }, (_, k) => got.subarray(k * BINS, (k + 1) * BINS).reduce((a, b) => a + b, 0));
    expect(sums).toEqual([3, 3, 3, 3, 0, 0, 0, 0]);
    expect(got[0]).toBeGreaterThanOrEqual(2); // |u| of 0 and of 1e-30
    expect(got[2 * BINS - 1]).toBeGreaterThanOrEqual(1); // |h| of 1e9
    expect(got[4 * BINS - 1]).toBeGreaterThanOrEqual(1); // a cosine of 1
  });
});
