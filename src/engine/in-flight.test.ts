import { expect, it } from 'vitest';
import { InFlight } from './in-flight';

/** A GPU that takes what it was handed when it is told to. */
function slow() {
  const waiting: (() => void)[] = [];
  return { idle: () => new Promise<void>((resolve) => waiting.push(resolve)), take: () => waiting.shift()?.() };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

it('waits for nothing while there is room, and for the oldest piece alone once there is none', async () => {
  const gpu = slow();
  const inFlight = new InFlight(64, gpu.idle, 8);
  for (let i = 0; i < 7; i++) await inFlight.add(8);
  let hasRoom = false;
  const last = inFlight.add(8).then(() => {
    hasRoom = true;
  });
  await turn();
  expect(hasRoom).toBe(false);
  gpu.take();
  await last;
  expect(hasRoom).toBe(true);
});

it('a piece larger than all the room goes through, alone', async () => {
  const gpu = slow();
  const inFlight = new InFlight(64, gpu.idle, 8);
  await inFlight.add(10);
  let through = false;
  const large = inFlight.add(100).then(() => {
    through = true;
  });
  gpu.take();
  await turn();
  expect(through).toBe(false);
  gpu.take();
  await large;
});
