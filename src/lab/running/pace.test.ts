import { expect, it } from 'vitest';
import { Pace } from './pace';

/** Batches whose samples take so many milliseconds each: sizes, and the time of each batch. */
async function run(perSample: number, batches: number, first = 1, most = 64) {
  let time = 0;
  const pace = new Pace({ first, most }, () => time);
  const sizes: number[] = [];
  for (let i = 0; i < batches; i++) {
    sizes.push(pace.size);
    await pace.time(async () => {
      time += pace.size * perSample;
    });
  }
  return sizes;
}

it('batches grow until they take from half a second to a second, doubling at most', async () => {
  const sizes = await run(50, 8);
  expect(sizes.slice(0, 4)).toEqual([1, 2, 4, 8]);
  for (const size of sizes.slice(4)) expect(size * 50).toSatisfy((ms: number) => ms >= 500 && ms <= 1000);
});

it('shrink where they take too long, to one sample at least', async () => {
  expect(await run(200, 4, 16)).toEqual([16, 8, 4, 3]);
  expect((await run(60_000, 4)).at(-1)).toBe(1);
});

it('never pass the most', async () => {
  expect((await run(0, 12)).at(-1)).toBe(64);
});
