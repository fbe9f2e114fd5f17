import { expect, it } from 'vitest';
import { type Branch, without } from '../../engine/branch';
import { type Pick, pickOf } from '../../pruning/picks';
import type { Calibrated } from './calibrated';
import { Tries } from './plan-tries';

const UNITS = 24;
const shares = Array.from({ length: UNITS }, () => 1 / UNITS);

/** Twelve windows, or some of them, on which a mask costs the more the lower its units are; tells how many it was asked. */
function text(windows = 12, asked = { masks: 0 }): Calibrated {
  const part = (share: number) => text(windows * share, asked);
  return {
    ...{ windows: Array.from({ length: windows }, () => [1, 2]), tokens: 2 * windows },
    thirds: () => [part(1 / 3), part(2 / 3)],
    measure: async (branches: readonly Branch[]) => {
      asked.masks += branches.length;
      return branches.map(({ left }) => {
        const loss = [...left.keys()].reduce((sum, index) => sum + 1 / (1 + index), 1);
        return { loss, distance: loss };
      });
    },
    asked,
  } as never;
}

const triesOn = (on: Calibrated) => new Tries(on, shares, (pick) => without(pick), [], { onPasses: () => {} });

it('what each costs alone is measured once, with its distance, and takes half of trying them one by one', async () => {
  const on = text();
  const tries = triesOn(on);
  const singles: Pick[] = [[], ...shares.map((_, a) => [a])];
  const distances = await tries.distances(singles);
  expect(await tries.losses(singles)).toEqual(distances);
  expect(on).toMatchObject({ asked: { masks: UNITS + 1 } });
  expect(tries.work.passes).toBeLessThan(0.6 * tries.work.alone);
});

it('of many that race the best is found, for a third of what each by itself would take', async () => {
  const tries = triesOn(text());
  const some = Array.from({ length: 40 }, (_, i) => pickOf([i % UNITS, (7 * i + 3) % UNITS, (11 * i + 5) % UNITS]));
  const [best] = await tries.race(some);
  const losses = await triesOn(text()).losses(some);
  expect(best!.loss).toBeCloseTo(Math.min(...losses));
  expect(tries.work.passes).toBeLessThan(0.4 * tries.work.alone);
});
