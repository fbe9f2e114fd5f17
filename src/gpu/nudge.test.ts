import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nudged } from './nudge';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A device whose waits end when something has been submitted so many times. */
function polling(times: number) {
  let submitted = 0;
  let end = () => {};
  const wait = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  const submit = () => {
    if (++submitted >= times) end();
  };
  return { device: { queue: { submit } } as unknown as GPUDevice, wait, count: () => submitted };
}

it('a wait that ends only when something is submitted ends soon, and is let alone from then on', async () => {
  const { device, wait, count } = polling(3);
  const ended = nudged(device, wait, true);
  await vi.advanceTimersByTimeAsync(20);
  expect(await ended).toBe('done');
  await vi.advanceTimersByTimeAsync(1000);
  expect(count()).toBe(3);
});

it('a wait that fails fails as it did, and is let alone too', async () => {
  const { device, count } = polling(100);
  const failed = expect(nudged(device, Promise.reject(new Error('lost')), true)).rejects.toThrow('lost');
  await failed;
  await vi.advanceTimersByTimeAsync(1000);
  expect(count()).toBe(0);
});

it('elsewhere nothing is submitted for it', async () => {
  const { device, wait, count } = polling(1);
  void nudged(device, wait, false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(count()).toBe(0);
});
