import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitsOf } from '../model/units';
import { removalOrder } from './ranking';
import { drawSubset, keptUnits, sampleSubsets } from './subset-influence';
import { type Game, play, randomGame, throughJson } from './testing';

const sublayers = (blocks: number) => unitsOf(blocks, 'sublayer');

test('nine tenths are kept, rounded down: 28 of 32, as the paper has it', () => {
  expect([32, 12, 24, 10, 5, 1].map(keptUnits)).toEqual([28, 10, 21, 9, 4, 0]);
});

test('a subset is of its size; a deck is dealt once, so every unit is gone as often', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (n, seed) => {
      const kept = keptUnits(n);
      const perDeck = Math.floor(n / (n - kept));
      const decks = Array.from({ length: 3 * perDeck }, (_, i) => drawSubset(n, kept, seed, i));
      for (const gone of decks) expect(new Set(gone).size).toBe(n - kept);
      const counts = Array.from({ length: n }, (_, unit) => decks.filter((gone) => gone.includes(unit)).length);
      expect(Math.max(...counts)).toBeLessThanOrEqual(3);
      if (n % (n - kept) === 0) expect(Math.min(...counts)).toBe(3);
    }),
  );
});

test('the influence is mean(v | kept) - mean(v | gone), by hand', () => {
  const values: { gone: ReadonlySet<number>; value: number }[] = [];
  const game: Game = (gone) => {
    const value = 10 - 3 * Number(gone.has(2)) + Math.sin(values.length);
    values.push({ gone, value });
    return value;
  };
  const found = play(sampleSubsets(sublayers(3), { seed: 1, subsets: 20, kept: 4 }), game);
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const byHand = [0, 1, 2, 3, 4, 5].map((unit) => {
    const of = (gone: boolean) => values.filter((v) => v.gone.has(unit) === gone).map((v) => v.value);
    return mean(of(false)) - mean(of(true));
  });
  for (const [i, value] of byHand.entries()) expect(found.values[i]).toBeCloseTo(value, 12);
  expect(removalOrder(found.values).at(-1)).toBe(2);
  expect(found.stopped).toBe('permutations');
});

test('with one unit gone from each subset, the order is that of leave-one-out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), fc.integer({ min: 1, max: 3 }), (blocks, seed, decks) => {
      const n = 2 * blocks;
      const game = randomGame(blocks, seed);
      const alone = Array.from({ length: n }, (_, i) => -game(new Set([i])));
      const { values } = play(sampleSubsets(sublayers(blocks), { seed, subsets: decks * n, kept: n - 1 }), game);
      expect(removalOrder(values)).toEqual(removalOrder(alone));
    }),
  );
});

test('about 95% of intervals hold the value that all subsets together give', () => {
  const game = randomGame(4, 2);
  const many = play(sampleSubsets(sublayers(4), { seed: 1000, subsets: 40_000, kept: 6 }), game).values;
  let inside = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { intervals } = play(sampleSubsets(sublayers(4), { seed, subsets: 60, kept: 6 }), game);
    for (const [i, [low, high]] of intervals.entries()) if (low <= many[i]! && many[i]! <= high) inside++;
  }
  // Dealing from a deck makes them a little surer than they say.
  expect(inside / 480).toBeGreaterThan(0.93);
});

test('stopped anywhere and gone on from its file, the numbers are the same to the last bit', () => {
  const game = randomGame(5, 3);
  const settings = { seed: 7, subsets: 200, bound: 0.9 };
  const whole = play(sampleSubsets(sublayers(5), settings), game);
  for (const [size, stop] of [
    [1, 1],
    [3, 5],
    [50, 1],
  ] as const) {
    let batches = 0;
    const first = sampleSubsets(sublayers(5), { ...settings, subsetsPerBatch: size });
    const { state } = play(first, game, () => ++batches === stop);
    expect(play(sampleSubsets(sublayers(5), settings, throughJson(state)), game)).toEqual(whole);
  }
});

test('ends once every interval is within the bound', () => {
  const { stopped, intervals } = play(
    sampleSubsets(sublayers(4), { seed: 0, subsets: 5000, bound: 0.3 }),
    randomGame(4, 8),
  );
  expect(stopped).toBe('bound');
  for (const [low, high] of intervals) expect(high - low).toBeLessThanOrEqual(0.6);
});

test('a value that is not finite spoils the units that were gone, and the others stand', () => {
  const game: Game = (gone) => (gone.has(3) ? Number.NaN : 5 - gone.size);
  const { values } = play(sampleSubsets(sublayers(3), { seed: 0, subsets: 12, kept: 5 }), game);
  expect(values.map(Number.isNaN)).toEqual([false, false, false, true, false, false]);
});

test('a unit that was never gone, or that alone there is, has no value yet', () => {
  const few = play(sampleSubsets(sublayers(4), { seed: 0, subsets: 2, kept: 7 }), () => 1);
  expect(few.values.filter((value) => !Number.isNaN(value))).toEqual([0, 0]);
  expect(play(sampleSubsets(unitsOf(1, 'block'), { seed: 0, subsets: 3 }), () => 1).values).toEqual([Number.NaN]);
});
