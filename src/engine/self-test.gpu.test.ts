import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { Recorder } from '../gpu/recorder';
import type { KernelChoice } from './kernels/dispatcher';
import { CASES, selfTest } from './self-test';
import values from './self-test-values.json';
import { freshGpu } from './testing/gpu';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await freshGpu();
});

type Values = Record<string, number[][]>;
const tampered = (change: (v: Values) => void): Values => {
  const copy = structuredClone(values) as Values;
  change(copy);
  return copy;
};

describe('the self-test', () => {
  it('passes on this adapter, measures its kernels and keeps nothing', async () => {
    const result = await selfTest(gpu);
    expect(result.selfTest).toMatchObject({ passed: true, cases: 6 });
    expect(result.selfTest.worstError).toBeLessThan(2e-4);
    const { gflops } = result.matmul;
    const waiting = gpu.facts.software ? [] : ['matmul_small', 'matvec_workgroup'];
    expect(Object.keys(gflops).sort()).toEqual(['matmul_register', 'matvec_register', ...waiting].sort());
    for (const rate of Object.values(result.matmul.gflops)) expect(rate).toBeGreaterThan(0);
    expect(result.matmul.variant).toBe(result.rates.choice.matmul);
    expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
    console.log(`self-test: largest error ${result.selfTest.worstError.toExponential(1)}`, result.rates);
  });

  it('meets all that a chip may choose: small tiles, sums in parts, matvecs of several rows', async () => {
    const choice: KernelChoice = {
      ...{ matmul: 'matmul_register', matvec: 'matvec_workgroup', threads: 1, anyEpilogue: true },
      ...{ together: 2, fewRows: 9, smallRows: 65, groups: 128 },
    };
    const recorded = vi.spyOn(Recorder.prototype, 'dispatch');
    try {
      const { selfTest: result } = await selfTest(gpu, { known: { choice, gflops: {} }, cases: CASES.slice(0, 1) });
      expect(result).toMatchObject({ passed: true, cases: 3 });
      const met = new Set(recorded.mock.calls.map(([{ kernel }]) => kernel.entry));
      const chosen = ['matmul_register', 'matmul_small', 'finish_strips'];
      expect([...met]).toEqual(expect.arrayContaining(chosen));
      const rows = recorded.mock.calls.flatMap(([{ kernel }, told]) =>
        kernel.entry === 'matvec_workgroup' ? [told.rows] : [],
      );
      expect(rows).toContain(20);
    } finally {
      recorded.mockRestore();
    }
  });

  it('fails when one number of one case is off by a thousandth, and says by how much', async () => {
    const { selfTest: result } = await selfTest(gpu, {
      values: tampered((v) => {
        v.gpt_neox[1][21] += 1e-3;
      }),
    });
    expect(result.passed).toBe(false);
    expect(result.worstError).toBeGreaterThan(8e-4);
    expect(result.worstError).toBeLessThan(2e-3);
  });

  it('fails on an adapter whose kernels do nothing', async () => {
    const fresh = await freshGpu();
    const { queue } = fresh.device;
    const submit = queue.submit.bind(queue);
    // Seen in the wild: commands are taken without an error and never run.
    Object.defineProperty(queue, 'submit', { configurable: true, value: () => submit([]) });
    const { selfTest: result } = await selfTest(fresh);
    expect(result.passed).toBe(false);
    expect(result.worstError).toBeGreaterThan(0.1);
    fresh.destroy();
  });
});
