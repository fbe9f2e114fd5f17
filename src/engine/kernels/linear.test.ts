import { expect, it } from 'vitest';
import type { Buffer } from '../../gpu/gpu';
import type { Kernels } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import type { Linear } from '../layout';
import { Dispatcher } from './dispatcher';
import { linear, productKernels, type Way } from './linear';

/** What a product records, without a device. */
async function recorded(way: Way, rows: number, outputs: number, gated = false) {
  const runs: { first: number; outputs: number; groups: readonly [number, number] }[] = [];
  const recorder = {
    maxWork: Number.POSITIVE_INFINITY,
    dispatch: (_: unknown, told: { weightStart: number; outputs: number }, __: unknown, groups: [number, number]) =>
      runs.push({ first: told.weightStart, outputs: told.outputs, groups }),
  } as unknown as Recorder;
  const kernels = { get: async () => ({}) } as unknown as Kernels;
  const choice = way.startsWith('matmul') ? { matmul: way, fewRows: 1 } : { matvec: way, fewRows: 99 };
  const any = { matmul: 'matmul_register', matvec: 'matvec_register', threads: 1 } as const;
  const buffer = {} as Buffer;
  const d = new Dispatcher(recorder, kernels, { ...any, ...choice } as typeof any, buffer);
  const epilogue = gated ? 'silu-gated' : 'store';
  await d.ready(productKernels(way, [{ dtype: 'F16', epilogue }]));
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
