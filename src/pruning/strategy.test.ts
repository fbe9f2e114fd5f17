import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Sublayer, unitsOf } from '../model/units';
import { branchWithout } from './estimate';
import { removalOrder } from './ranking';
import { freeUnits, type Gone, greedy, inOrder, iterative, randomOrders, type StrategySteps, spans } from './strategy';
import { randomGame } from './testing';

/** A loss of every set of sublayers gone; sets with equal losses are common, so that ties are met. */
const lossOf = (blocks: number, seed: number, round = 4) => {
  const game = randomGame(blocks, seed);
  return (gone: Gone) => Math.round(-game(new Set(gone)) * round) / round;
};

/** Runs a strategy, answering what it asks for; its points. */
function points(steps: StrategySteps, answer: (gone: Gone) => number) {
  const found: { masks: readonly Gone[]; losses?: readonly number[] }[] = [];
  let step = steps.next([]);
  while (!step.done) {
    const { value } = step;
    if (value.ask === undefined) found.push({ masks: value.point, losses: value.losses });
    const answers =
      value.ask === 'losses'
        ? value.masks.map(answer)
        : value.ask === 'influence'
          ? value.left.map((unit) => answer([...value.gone, unit]))
          : [];
    step = steps.next(answers);
  }
  return found;
}
const masksOf = (steps: StrategySteps, answer: (gone: Gone) => number = () => 0) =>
  points(steps, answer).map((p) => p.masks[0]!);
const all = (n: number) => Array.from({ length: n }, (_, i) => i);
const locks = fc.uniqueArray(fc.nat(9), { maxLength: 9 });

describe('locks', () => {
  const attn3: Sublayer = { block: 3, kind: 'attn' };
  test('a unit with a locked sublayer never goes', () => {
    expect(freeUnits(unitsOf(5, 'block'), [attn3])).toEqual([0, 1, 2, 4]);
    expect(freeUnits(unitsOf(5, 'attn'), [attn3])).toEqual([0, 1, 2, 4]);
    expect(freeUnits(unitsOf(5, 'ffn'), [attn3])).toEqual(all(5));
  });

  test('a unit that is gone already does not go again; one that is half gone may', () => {
    expect(freeUnits(unitsOf(5, 'attn'), [], [attn3])).toEqual([0, 1, 2, 4]);
    expect(freeUnits(unitsOf(5, 'block'), [], [attn3])).toEqual(all(5));
  });

  test('where all are locked, that is said', () => {
    expect(() => freeUnits(unitsOf(2, 'block'), unitsOf(2, 'attn').flat())).toThrow(
      expect.objectContaining({ code: 'nothing-to-drop', message: expect.stringContaining('Of 2 units none') }),
    );
  });

  test('no strategy drops a locked unit, and each drops every other once', () => {
    fc.assert(
      fc.property(locks, fc.nat(), (locked, seed) => {
        const free = all(10).filter((i) => !locked.includes(i));
        const loss = lossOf(5, seed);
        const chains = [
          greedy(free),
          iterative(free),
          inOrder(
            removalOrder(
              all(10).map((i) => loss([i])),
              free,
            ),
          ),
          randomOrders(free, 1, seed),
        ];
        for (const steps of chains) {
          const masks = masksOf(steps, loss);
          expect(masks.map((m) => m.length)).toEqual(free.map((_, i) => i + 1));
          expect([...masks.at(-1)!].sort((a, b) => a - b)).toEqual(free);
          for (const [i, mask] of masks.entries()) if (i > 0) expect(mask.slice(0, i)).toEqual(masks[i - 1]);
        }
      }),
    );
  });
});

describe('greedy', () => {
  test('takes at each step the removal that leaves the lowest loss, ties by index, and knows that loss', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, blocks) => {
        const loss = lossOf(blocks, seed, 1);
        let gone: Gone = [];
        for (const { masks, losses } of points(greedy(all(2 * blocks)), loss)) {
          const left = all(2 * blocks).filter((i) => !gone.includes(i));
          const best = Math.min(...left.map((i) => loss([...gone, i])));
          gone = [...gone, left.find((i) => loss([...gone, i]) === best)!];
          expect(masks).toEqual([gone]);
          expect(losses).toEqual([best]);
        }
        expect(gone).toHaveLength(2 * blocks);
      }),
    );
  });

  test('goes on from where it was as if it had not stopped', () => {
    const loss = lossOf(3, 5);
    const whole = points(greedy(all(6)), loss);
    expect(points(greedy(all(6), whole[2]!.masks[0]), loss)).toEqual(whole.slice(3));
  });

  test('passes over a removal that gives no number, and says when none gives one', () => {
    expect(masksOf(greedy([0, 1, 2]), (gone) => (gone.at(-1) === 0 && gone.length < 3 ? Number.NaN : 1))).toEqual([
      [1],
      [1, 2],
      [1, 2, 0],
    ]);
    expect(() => masksOf(greedy([0, 1]), () => Number.NaN)).toThrow(expect.objectContaining({ code: 'not-finite' }));
  });
});

test('iterative by the loss without each unit is greedy', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const loss = lossOf(3, seed);
      expect(masksOf(iterative(all(6)), loss)).toEqual(masksOf(greedy(all(6)), loss));
    }),
  );
});

test('iterative asks for what is left only, on the model without what is gone', () => {
  const asked: string[] = [];
  masksOf(iterative([0, 2, 3], [2]), (gone) => {
    asked.push(gone.join());
    return -gone.at(-1)!;
  });
  expect(asked).toEqual(['2,0', '2,3', '2,3,0']);
});

describe('spans of n consecutive blocks', () => {
  /** [a][n - 1] of a stream whose block inputs and last output stand at these places on a circle, in units of pi. */
  const anglesBetween = (places: readonly number[]) =>
    all(places.length - 1).map((a) =>
      all(places.length - 1 - a).map((i) => Math.abs(places[a + i + 1]! - places[a]!) % 1),
    );

  test('the blocks that go are those between the closest input and output, against brute force', () => {
    const places = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(places, locks, (at, locked) => {
        const blocks = at.length - 1;
        const free = all(blocks).filter((b) => !locked.includes(b));
        // place[b] is the input of block b, place[b + 1] its output.
        const place = at.map((x) => x / 25);
        const found = masksOf(spans(anglesBetween(place), free));
        const expected: number[][] = [];
        for (let n = 1; n <= blocks; n++) {
          let best: number[] | undefined;
          let closest = Number.POSITIVE_INFINITY;
          for (let from = 0; from + n <= blocks; from++) {
            const own = all(n).map((i) => from + i);
            const apart = Math.abs(place[own.at(-1)! + 1]! - place[own[0]!]!);
            if (own.every((b) => free.includes(b)) && apart < closest) [best, closest] = [own, apart];
          }
          if (!best) break;
          expected.push(best);
        }
        expect(found).toEqual(expected);
      }),
    );
  });

  test('three blocks of which the middle one alone does nothing: that one goes, and then its calmer neighbour', () => {
    // Input of block 0 at 0, of 1 at 0.3, of 2 at 0.3 (block 1 does nothing), output of 2 at 0.4.
    expect(masksOf(spans(anglesBetween([0, 0.3, 0.3, 0.4]), all(3)))).toEqual([[1], [1, 2], [0, 1, 2]]);
  });
});

describe('random orders', () => {
  test('a band of draws, each its own, the same for the same seed', () => {
    const band = points(randomOrders(all(8), 20, 4), () => 0);
    expect(band).toHaveLength(8);
    for (const [k, { masks }] of band.entries()) {
      expect(masks).toHaveLength(20);
      for (const mask of masks) expect(new Set(mask).size).toBe(k + 1);
    }
    expect(new Set(band.at(-1)!.masks.map((m) => m.join())).size).toBe(20);
    expect(points(randomOrders(all(8), 20, 4), () => 0)).toEqual(band);
    expect(points(randomOrders(all(8), 20, 5), () => 0)).not.toEqual(band);
    // More draws keep those there are.
    expect(points(randomOrders(all(8), 3, 4), () => 0)[5]!.masks).toEqual(band[5]!.masks.slice(0, 3));
  });
});

test('a branch leaves out all sublayers of its units', () => {
  expect([...branchWithout(unitsOf(4, 'block'), [2, 0])].sort()).toEqual([0, 1, 4, 5]);
});
