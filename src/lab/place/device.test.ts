import { expect, it, vi } from 'vitest';
import { LiveDevice } from './device';

it('is opened once for all who ask at the same time', async () => {
  const webgpu = vi.fn(() => new Promise<undefined>(() => {}));
  const device = new LiveDevice({ webgpu, settings: async () => undefined });
  void device.get();
  void device.get();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(webgpu).toHaveBeenCalledTimes(1);
});
