import { expect, it, vi } from 'vitest';
import { LopperError } from '../../errors';
import type { Gpu } from '../../gpu/gpu';
import type { ModelSpec } from '../../model/spec';
import type { AdapterReport } from '../contract';
import { Device, LiveDevice } from './device';

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
  const gpu = { device: { lost: new Promise(() => {}) } } as unknown as Gpu;
  const rest = vi.fn(async () => {});
  rest.mockRejectedValueOnce(new LopperError('out-of-memory', 'none left', 'Close other tabs.'));
  const device = new Device(gpu, {} as AdapterReport, {} as never, rest);
  const model = { modelType: 'gpt_neox', dtype: 'BF16' } as ModelSpec;
  await expect(device.prove(model)).rejects.toMatchObject({ code: 'out-of-memory' });
  await device.prove(model);
  await device.prove(model);
  expect(rest).toHaveBeenCalledTimes(2);
});
