import { expect, it } from 'vitest';
import { unhurried } from './breath';

/** So many steps, each of a few milliseconds. */
function* steps(count: number): Generator<void, string> {
  for (let i = 0; i < count; i++) {
    const until = performance.now() + 5;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

it('a long computation lets others in, and comes to its end', async () => {
  let heard = 0;
  const timer = setInterval(() => heard++, 1);
  expect(await unhurried(steps(30))).toBe('done');
  clearInterval(timer);
  expect(heard).toBeGreaterThan(1);
});

it('is stopped by a cancel that comes in between', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 10);
  await expect(unhurried(steps(1000), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
});
