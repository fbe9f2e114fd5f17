import { expect, it } from 'vitest';
import { memoryShelf } from '../../formats/memory-shelf';
import { openDawn } from '../../gpu/dawn';
import { LiveDevice, openDevice } from './device';

it('an adapter proves itself once, and again after its device was lost', async () => {
  const shelf = memoryShelf();
  const webgpu = await openDawn();
  const first = await openDevice(webgpu, shelf);
  let isGone = false;
  const live = new LiveDevice({ webgpu: async () => (isGone ? undefined : webgpu), settings: async () => shelf });
  const second = await live.get();
  expect(second.report.selfTest).toEqual(first.report.selfTest);
  expect({ ...second.report, selfTest: 0 }).toEqual({ ...first.report, selfTest: 0 });
  expect(second.rates).toEqual(first.rates);

  second.gpu.device.destroy();
  await second.gpu.device.lost;
  // Nor is it believed where there is no adapter at first.
  isGone = true;
  await expect(live.get()).rejects.toMatchObject({ code: 'no-webgpu' });
  isGone = false;
  const third = await live.get();
  expect(third.report.selfTest.passed).toBe(true);
  expect(Date.parse(third.report.selfTest.at)).toBeGreaterThan(Date.parse(first.report.selfTest.at));
  first.gpu.destroy();
  await live.close();
});
