import { expect, it, vi } from 'vitest';
import type { KernelRates } from '../../engine/autotune';
import { LopperError } from '../../errors';
import { memoryShelf } from '../../formats/memory-shelf';
import type { Gpu } from '../../gpu/gpu';
import type { ModelSpec } from '../../model/spec';
import type { AdapterReport } from '../contract';
import { Device, LiveDevice } from './device';
import { keepRates } from './kernel-rates';

const USUAL: KernelRates = {
  choice: { matmul: 'matmul_register', matvec: 'matvec_register', threads: 64 },
  gflops: {},
};

it('is opened once for all who ask at the same time', async () => {
  const webgpu = vi.fn(() => new Promise<undefined>(() => {}));
  const device = new LiveDevice({ webgpu, settings: async () => undefined });
  void device.get();
  void device.get();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(webgpu).toHaveBeenCalledTimes(1);
});

it('work that failed because the device is gone is told as that, also where the failure comes first', async () => {
  let lose = (_: { message: string }) => {};
  let failure: LopperError | undefined;
  const lost = new Promise<{ message: string }>((resolve) => {
    lose = resolve;
  });
  const check = () => {
    if (failure) throw failure;
  };
  const device = new Device({ device: { lost }, check } as unknown as Gpu, {} as AdapterReport, {} as never);
  const map = Promise.reject(new DOMException('A buffer was unmapped before it was mapped', 'AbortError'));
  setTimeout(() => {
    failure = new LopperError('device-lost', 'gone', 'Run it again.');
    lose({ message: 'gone' });
  }, 100);
  await expect(device.guard(map)).rejects.toMatchObject({ code: 'device-lost' });
});

it('what is no loss stays what it is', async () => {
  const gpu = { device: { lost: new Promise(() => {}) }, check: () => {} } as unknown as Gpu;
  const device = new Device(gpu, {} as AdapterReport, {} as never);
  await expect(device.guard(Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});

it('a self-test that found no memory is tried again with the next model, and one that passed is not', async () => {
  const gpu = { device: { lost: new Promise(() => {}) }, facts: { software: true } } as unknown as Gpu;
  const rest = vi.fn(async () => {});
  rest.mockRejectedValueOnce(new LopperError('out-of-memory', 'none left', 'Close other tabs.'));
  const device = new Device(gpu, {} as AdapterReport, USUAL, rest);
  const model = { modelType: 'gpt_neox', dtype: 'BF16' } as ModelSpec;
  await expect(device.prove(model)).rejects.toMatchObject({ code: 'out-of-memory' });
  await device.prove(model);
  await device.prove(model);
  expect(rest).toHaveBeenCalledTimes(2);
});

it('what is chosen for a type of weights alone is proved before a model of that type, once, and nothing twice', async () => {
  const facts = { software: false, vendor: 'acme', architecture: '', description: 'a card', features: [] };
  const gpu = { device: { lost: new Promise(() => {}) }, facts } as unknown as Gpu;
  const settings = memoryShelf();
  const other: KernelRates = { ...USUAL, choice: { ...USUAL.choice, fewRows: 9 } };
  const same: KernelRates = { ...USUAL, choice: { threads: 64, matvec: 'matvec_register', matmul: 'matmul_register' } };
  await keepRates(settings, gpu.facts, other, 'BF16');
  await keepRates(settings, gpu.facts, other, 'Q8_0');
  await keepRates(settings, gpu.facts, same, 'F32');
  const rest = vi.fn(async (_: KernelRates) => {});
  const device = new Device(gpu, {} as AdapterReport, USUAL, rest, settings);
  const proved = async (modelType: string, dtype: string) => {
    rest.mockClear();
    await device.prove({ modelType, dtype });
    return rest.mock.calls.map(([rates]) => rates.choice);
  };
  expect(await proved('llama', 'F16')).toEqual([]); // as the bundled model
  expect(await proved('llama', 'BF16')).toEqual([other.choice]);
  expect(await proved('qwen3', 'BF16')).toEqual([]);
  expect(await proved('llama', 'Q8_0')).toEqual([]);
  expect(await proved('llama', 'F32')).toEqual([same.choice]);
  expect(await proved('gpt_neox', 'F16')).toEqual([]);
});
