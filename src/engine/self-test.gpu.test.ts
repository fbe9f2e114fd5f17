import { beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { selfTest } from './self-test';
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
    const waiting = gpu.facts.software ? [] : ['matmul_workgroup', 'matmul_small', 'matvec_workgroup'];
    expect(Object.keys(gflops).sort()).toEqual(['matmul_register', 'matvec_register', ...waiting].sort());
    for (const rate of Object.values(result.matmul.gflops)) expect(rate).toBeGreaterThan(0);
    expect(result.matmul.variant).toBe(result.rates.choice.matmul);
    expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
    console.log(`self-test: largest error ${result.selfTest.worstError.toExponential(1)}`, result.rates);
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
