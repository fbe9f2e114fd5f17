import { describe, expect, it } from 'vitest';
import code from '../../../shaders/linear.wgsl?raw';
import type { Buffer } from '../../gpu/gpu';
import type { Constants, Kernel, Kernels } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import type { Linear } from '../layout';
import { Dispatcher, type KernelChoice } from './dispatcher';
import { fewRowKernels, forced, linear, partsOf, productKernels, type Way } from './linear';

/** What a product records, without a device. */
async function recorded(
  way: Way,
  rows: number,
  outputs: number,
  gated = false,
  change: Partial<KernelChoice> = {},
  inputs = 64,
) {
  type Told = { weightStart: number; outputs: number; parts: number; partSteps: number };
  const runs: (Told & { kernel: string; constants: Constants; first: number; groups: readonly [number, number] })[] =
    [];
  const recorder = {
    maxWork: Number.POSITIVE_INFINITY,
    dispatch: (
      { kernel, constants }: { kernel: Kernel; constants: Constants },
      told: Told,
      _: unknown,
      groups: [number, number],
    ) => runs.push({ ...told, constants, kernel: kernel.entry, first: told.weightStart, groups }),
  } as unknown as Recorder;
  const kernels = {
    get: async (kernel: Kernel, constants: Constants) => ({ kernel, constants }),
  } as unknown as Kernels;
  const any = { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 } as const;
  const choice = { ...any, ...forced(way, change) };
  const buffer = {} as Buffer;
  const d = new Dispatcher(recorder, kernels, choice, {} as Buffer, {} as Buffer);
  const epilogue = gated ? 'silu-gated' : 'store';
  const kinds = [{ dtype: 'F16', epilogue }] as const;
  await d.ready([...productKernels(d, way, kinds), ...fewRowKernels(d, kinds)]);
  const w: Linear = { parts: [{ buffer, first: 0, outputs, dtype: 'F16' }], outputs, steps: inputs / 8, gated };
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

describe('workgroup memory of the tiled products', () => {
  /** The shader's own formula. */
  function formula(name: string) {
    const body = new RegExp(`fn ${name}\\(quad: u32, row: u32\\) -> u32 \\{\\s*return (.*);\\s*\\}`).exec(code)![1]!;
    return new Function('quad', 'row', `return ${body.replaceAll(/(\d)u\b/g, '$1')}`) as (
      q: number,
      r: number,
    ) => number;
  }
  const [slot, smallSlot] = [formula('slot'), formula('small_slot')];
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
    const small = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((quad) => threads.slice(0, 32).map((row) => smallSlot(quad, row)));
    expect([...new Set(small)].sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('of small tiles too is stored to and loaded from without two threads at one group of banks', () => {
    for (let i = 0; i < 4; i++) {
      groupsOf(
        'stores of x',
        threads.map((t) => smallSlot(t & 7, (t >> 3) + 8 * i)),
      );
      groupsOf(
        'stores of w',
        threads.map((t) => smallSlot(2 * (t & 3) + (i & 1), (t >> 2) + 16 * (i >> 1))),
      );
    }
    for (let quad = 0; quad < 8; quad++) {
      for (let j = 0; j < 4; j++) {
        groupsOf(
          'loads of w',
          threads.map((t) => smallSlot(quad, (t & 7) * 4 + j)),
        );
        groupsOf(
          'loads of x',
          threads.map((t) => smallSlot(quad, (t >> 3) * 4 + j)),
        );
      }
    }
  });

  it('a thread of a small tile multiplies and adds 64 times for 8 loads of a quad, in sums that are no array', () => {
    const kernel = code.slice(
      code.indexOf('fn matmul_small'),
      code.indexOf('// By index from here on, as above', code.indexOf('fn matmul_small')),
    );
    const inner = kernel.slice(kernel.indexOf('for (var q'));
    expect(inner.match(/tile_[xw]\[/g)).toHaveLength(8);
    expect(inner.match(/= into\(/g)).toHaveLength(4); // 4 columns by 4 inputs each
    expect(kernel).not.toMatch(/array</);
  });

  it('small tiles read whole lines: neighbouring threads 128 bytes of x, and 64 of 16-bit weights', () => {
    const kernel = code.slice(code.indexOf('fn bring'), code.indexOf('var s0 = vec4f();', code.indexOf('fn bring')));
    expect(kernel).toContain('2u * step + (t & 7u)'); // eight quads of floats
    expect(kernel).toContain('step + (t & 3u)'); // four times eight weights
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
    const [run] = await recorded('matvec_workgroup', rows!, 64, false, { together: 8 });
    expect(run!.groups, `${rows} rows`).toEqual([16, groups]);
  }
});

describe('sums in parts', () => {
  const choice = { groups: 512 };

  it('are as many as make about so many workgroups, and none of few inputs', () => {
    expect(partsOf(choice, 32, 2048, 2048)).toBe(8); // 64 tiles
    expect(partsOf(choice, 16, 1024, 8192)).toBe(16); // 32
    expect(partsOf(choice, 64, 2048, 2048)).toBe(4);
    expect(partsOf(choice, 32, 16_384, 2048)).toBe(1); // 512 tiles are enough
    expect(partsOf(choice, 32, 2048, 400)).toBe(1);
    expect(partsOf({}, 32, 2048, 2048)).toBe(1);
  });

  it('share one product and are finished by another kernel; no part is empty', async () => {
    const runs = await recorded('matmul_small', 33, 100, false, { groups: 64 }, 1000);
    expect(runs).toMatchObject([
      { kernel: 'matmul_small', groups: [4, 2 * 3], parts: 3, partSteps: 44 },
      { kernel: 'finish_strips', groups: [1, 33], parts: 3 },
    ]);
    expect(2 * 44).toBeLessThan(1000 / 8);
  });

  it('rows that fit take a tile of 16', async () => {
    const runs = await recorded('matmul_small', 16, 100, false, { groups: 64 }, 1000);
    expect(runs).toMatchObject([
      { constants: { ROWS: 16 }, groups: [4, 3], parts: 3 },
      { kernel: 'finish_strips', groups: [1, 16], parts: 3 },
    ]);
  });

  it('only where it is asked for', async () => {
    const runs = await recorded('matmul_small', 33, 100, false, {}, 1000);
    expect(runs).toMatchObject([{ kernel: 'matmul_small', groups: [4, 2], parts: 1 }]);
  });
});
