import { describe, expect, it } from 'vitest';
import code from '../../../shaders/linear.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import type { Kernels } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import type { Linear } from '../layout';
import { Dispatcher } from './dispatcher';
import { fewRowKernels, linear, productKernels, type Way } from './linear';

/** What a product records, without a device. */
async function recorded(way: Way, rows: number, outputs: number, gated = false, together: 1 | 4 | 8 = 1) {
  const runs: { first: number; outputs: number; groups: readonly [number, number] }[] = [];
  const recorder = {
    maxWork: Number.POSITIVE_INFINITY,
    dispatch: (_: unknown, told: { weightStart: number; outputs: number }, __: unknown, groups: [number, number]) =>
      runs.push({ first: told.weightStart, outputs: told.outputs, groups }),
  } as unknown as Recorder;
  const kernels = { get: async () => ({}) } as unknown as Kernels;
  const choice = way.startsWith('matmul') ? { matmul: way, fewRows: 1 } : { matvec: way, fewRows: 99, together };
  const any = { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 } as const;
  const buffer = {} as Buffer;
  const d = new Dispatcher(recorder, kernels, { ...any, ...choice } as typeof any, buffer);
  const epilogue = gated ? 'silu-gated' : 'store';
  const kinds = [{ dtype: 'F16', epilogue }] as const;
  await d.ready([...productKernels(d, way, kinds), ...fewRowKernels(d, kinds)]);
  const w: Linear = { parts: [{ buffer, first: 0, outputs, dtype: 'F16' }], outputs, steps: 8, gated };
  linear(d, buffer, rows, w, epilogue, buffer, outputs);
  return runs;
}

it.each<[Way, number, boolean]>([
  ['matvec_workgroup', 262_144, false], // the vocabulary of Gemma: 65,536 workgroups of four
  ['matvec_workgroup', 300_001, false],
  ['matvec_workgroup', 140_000, true],
  ['matvec_register', 9_000_000, false],
  ['matmul_workgroup', 5_000_000, false],
])(
  '%s of %i outputs: no dispatch has more workgroups than every adapter takes, and none is left out',
  async (way, outputs, gated) => {
    const runs = await recorded(way, 3, outputs, gated);
    expect(runs.length).toBeGreaterThan(1);
    let next = 0;
    for (const { first, outputs, groups } of runs) {
      expect(first).toBe(next);
      for (const side of groups) expect(side).toBeLessThanOrEqual(65_535);
      next += outputs;
    }
    expect(next).toBe(outputs);
  },
);

describe('workgroup memory of the tiled product', () => {
  /** The shader's own formula. */
  const body = /fn slot\(quad: u32, row: u32\) -> u32 \{\s*return (.*);\s*\}/.exec(code)![1]!;
  const slot = new Function('quad', 'row', `return ${body.replaceAll(/(\d)u\b/g, '$1')}`) as (
    q: number,
    r: number,
  ) => number;
  const threads = Array.from({ length: 64 }, (_, t) => t);
  /** A quad of floats takes 4 of 32 banks, so eight threads go together; which of the eight groups each meets. */
  function groupsOf(name: string, places: readonly number[]) {
    for (let first = 0; first < 64; first += 8) {
      const together = [...new Set(places.slice(first, first + 8))]; // the same place is read once for all
      const groups = new Set(together.map((place) => place % 8));
      expect(groups.size, `${name}, threads from ${first} on`).toBe(together.length);
    }
  }

  it('has a place for each quad of each row, and no other', () => {
    const places = [0, 1, 2, 3].flatMap((quad) => threads.map((row) => slot(quad, row)));
    expect([...new Set(places)].sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('is stored to and loaded from without two threads at one group of banks', () => {
    for (let i = 0; i < 4; i++) {
      groupsOf(
        'stores of x',
        threads.map((t) => slot((t + 64 * i) & 3, (t + 64 * i) >> 2)),
      );
    }
    for (let i = 0; i < 2; i++) {
      for (const half of [0, 1]) {
        groupsOf(
          'stores of w',
          threads.map((t) => slot(2 * ((t + 64 * i) & 1) + half, (t + 64 * i) >> 1)),
        );
      }
    }
    for (let quad = 0; quad < 4; quad++) {
      for (let j = 0; j < 8; j++) {
        groupsOf(
          'loads of w',
          threads.map((t) => slot(quad, (t & 7) * 8 + j)),
        );
        groupsOf(
          'loads of x',
          threads.map((t) => slot(quad, (t >> 3) * 8 + j)),
        );
      }
    }
  });

  it('a thread multiplies and adds 256 times for 16 loads of a quad of inputs, in sums that are no array', () => {
    const kernel = code.slice(code.indexOf('fn matmul_workgroup'), code.indexOf('// By index from here on, as above'));
    const inner = kernel.slice(kernel.indexOf('for (var quad'));
    expect(inner.match(/tile_[xw]\[/g)).toHaveLength(16);
    expect(inner.match(/= into\(/g)).toHaveLength(16); // 4 columns by 4 inputs each
    expect(kernel).not.toMatch(/array</);
  });
});

it('a matvec of several rows reads and widens each weight once for all of them', async () => {
  for (const [rows, groups] of [
    [1, 1],
    [2, 1],
    [8, 1],
    [9, 2],
    [31, 4],
  ]) {
    const [run] = await recorded('matvec_workgroup', rows!, 64, false, 8);
    expect(run!.groups, `${rows} rows`).toEqual([16, groups]);
  }
});
