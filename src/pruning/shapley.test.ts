import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unitsOf } from '../model/units';
import { seeded } from '../random';
import type { Dropped, Estimate } from './estimate';
import { exactShapley, MOST_EXACT_UNITS } from './exact-shapley';
import { antitheticPair, LEAST_PAIRS, type SamplingSettings, STILL_PAIRS, sampleShapley } from './shapley';
import { type Game, play, randomGame, shapleyOfRandomGame, throughJson } from './testing';

const sublayers = (blocks: number) => unitsOf(blocks, 'sublayer');
const close = (a: readonly number[], b: readonly number[], digits = 9) => {
  expect(a).toHaveLength(b.length);
  for (const [i, value] of a.entries()) expect(value, `unit ${i}`).toBeCloseTo(b[i]!, digits);
};

/** A game without any structure: a number of its own for every set. */
const wildGame = (seed: number): Game => {
  const values = new Map<string, number>();
  const random = seeded(seed);
  return (dropped) => {
    const key = [...dropped].sort((a, b) => a - b).join();
    if (!values.has(key)) values.set(key, random());
    return values.get(key)!;
  };
};

describe('exact Shapley values', () => {
  test('are those of a worked example: two who are worth 1 only together, and one who adds 2', () => {
    const gloves: Game = (d) => (d.has(0) || d.has(1) ? 0 : 1) + (d.has(2) ? 0 : 2);
    const estimate = play(exactShapley(sublayers(2).slice(0, 3)), gloves);
    close(estimate.values, [0.5, 0.5, 2]);
    expect(estimate).toMatchObject({ stopped: 'exact', efficiency: { all: 3, none: 0 }, state: { drawn: 8 } });
    expect(estimate.intervals[2]).toEqual([estimate.values[2], estimate.values[2]]);
  });

  test('are those of games whose values are known, and sum to v(all) - v(none)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.integer({ min: 1, max: 300 }), (blocks, seed, size) => {
        const game = randomGame(blocks, seed);
        const found = play(exactShapley(sublayers(blocks), { setsPerBatch: size }), game);
        close(found.values, shapleyOfRandomGame(blocks, seed));
        expect(found.efficiency!.sum).toBeCloseTo(found.efficiency!.all - found.efficiency!.none, 9);
      }),
    );
  });

  test('a block goes with both its sublayers', () => {
    const game = randomGame(3, 1);
    const alone = shapleyOfRandomGame(3, 1);
    // Pairs within a block are wholly its own, pairs across blocks are shared: so is the sum of its sublayers.
    close(
      play(exactShapley(unitsOf(3, 'block')), game).values,
      [0, 1, 2].map((b) => alone[2 * b]! + alone[2 * b + 1]!),
    );
  });

  test('every set is asked for once, each beside those it shares its lower layers with', () => {
    const asked: string[] = [];
    play(exactShapley(sublayers(2), { setsPerBatch: 5 }), (dropped) => {
      asked.push([0, 1, 2, 3].map((i) => (dropped.has(i) ? 'x' : '-')).join(''));
      return 0;
    });
    expect(new Set(asked).size).toBe(16);
    // '-' sorts before 'x': in this order every common prefix stands in one run.
    expect(asked).toEqual([...asked].sort());
  });

  test('stopped anywhere and gone on from its file, the numbers are the same to the last bit', () => {
    const game = wildGame(3);
    const whole = play(exactShapley(sublayers(3), { setsPerBatch: 7 }), game);
    for (const stop of [1, 4, 9]) {
      let batches = 0;
      const cut = play(exactShapley(sublayers(3), { setsPerBatch: 7 }), game, () => ++batches === stop);
      expect(cut.stopped).toBeUndefined();
      expect(cut.values).toEqual(Array(6).fill(Number.NaN));
      expect(play(exactShapley(sublayers(3), { setsPerBatch: 50 }, throughJson(cut.state)), game)).toEqual(whole);
    }
  });

  test('a set that gives NaN leaves no unit an exact value', () => {
    const { values } = play(exactShapley(sublayers(2)), (d) => (d.has(1) && d.size === 1 ? Number.NaN : d.size));
    expect(values).toEqual(Array(4).fill(Number.NaN));
  });

  test(`more than ${MOST_EXACT_UNITS} units are refused with the number of subsets`, () => {
    expect(() => exactShapley(sublayers(7)).next()).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('16384 subsets') }),
    );
  });
});

describe('sampled Shapley values', () => {
  const settings: SamplingSettings = { seed: 0, permutations: 40 };
  const run = (blocks: number, game: Game, more: Partial<SamplingSettings> = {}) =>
    play(sampleShapley(sublayers(blocks), { ...settings, ...more }), game);

  test('sum to v(all) - v(none) after any number of pairs, whatever the game', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.integer({ min: 2, max: 30 }), (blocks, seed, count) => {
        const sums: Estimate[] = [];
        const last = play(
          sampleShapley(sublayers(blocks), { seed, permutations: count, pairsPerBatch: 1 }),
          wildGame(seed),
          (soFar) => void sums.push(soFar),
        );
        for (const { efficiency } of [...sums, last]) {
          expect(efficiency!.sum).toBeCloseTo(efficiency!.all - efficiency!.none, 9);
        }
        expect(last.state.drawn).toBe(2 * Math.floor(count / 2));
      }),
    );
  });

  test('a game of single worths is known after one pair; antithetic pairs know a game of pairs as soon', () => {
    const additive: Game = (d) => [1, 2, 3, 4].reduce((sum, x, i) => sum + (d.has(i) ? 0 : x), 0);
    close(run(2, additive, { permutations: 2 }).values, [1, 2, 3, 4]);
    close(run(4, randomGame(4, 5), { permutations: 2 }).values, shapleyOfRandomGame(4, 5));
  });

  test('their 95% intervals hold the exact value about 95 times in 100', () => {
    const game = wildGame(11);
    const exact = play(exactShapley(sublayers(3)), game).values;
    let inside = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { intervals } = run(3, game, { seed });
      for (const [i, [low, high]] of intervals.entries()) if (low <= exact[i]! && exact[i]! <= high) inside++;
    }
    // 360 intervals; those of one run are not quite independent.
    expect(inside / 360).toBeGreaterThan(0.91);
    expect(inside / 360).toBeLessThan(0.985);
  });

  test('one pair has no interval yet', () => {
    const { values, intervals } = run(2, wildGame(1), { permutations: 2 });
    expect(values.every(Number.isFinite)).toBe(true);
    expect(intervals).toEqual(Array(4).fill([Number.NaN, Number.NaN]));
  });

  test('stopped anywhere and gone on from its file, the numbers are the same to the last bit, whatever the batches', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 8 }),
        (seed, size, other, stop) => {
          const game = wildGame(seed);
          const own = { seed, permutations: 90, stableLowest: 2, bound: 0.05 };
          const whole = play(sampleShapley(sublayers(3), own), game);
          let batches = 0;
          const first = sampleShapley(sublayers(3), { ...own, pairsPerBatch: size });
          const cut = play(first, game, () => ++batches === stop);
          const state = throughJson(cut.state);
          expect(play(sampleShapley(sublayers(3), { ...own, pairsPerBatch: other }, state), game)).toEqual(whole);
        },
      ),
    );
  });

  test('a set is asked for once, and each pair is an order and its reverse', () => {
    const asked: string[] = [];
    run(3, (dropped) => {
      asked.push([...dropped].sort().join());
      return 0;
    });
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toContain('');
    expect(asked).toContain('0,1,2,3,4,5');
    const [order, reverse] = antitheticPair(6, 0, 3);
    expect(reverse).toEqual(order.toReversed());
    expect(antitheticPair(6, 1, 3)[0]).not.toEqual(order);
  });

  test('ends once every interval is within the bound, and not before the least number of pairs', () => {
    const bounded = run(3, wildGame(2), { permutations: 10_000, bound: 0.04 });
    expect(bounded.stopped).toBe('bound');
    for (const [low, high] of bounded.intervals) expect(high - low).toBeLessThanOrEqual(0.08);
    const before = run(3, wildGame(2), { permutations: bounded.state.drawn - 2, bound: 0.04 });
    expect(before.stopped).toBe('permutations');
    expect(Math.max(...before.intervals.map(([low, high]) => high - low))).toBeGreaterThan(0.08);
    expect(run(2, () => 1, { bound: 0 }).state.drawn).toBe(2 * LEAST_PAIRS);
  });

  test('ends once the order of the lowest stands still, and not where two of them are a toss-up', () => {
    // Units 0 and 1 low and far apart; the rest high, in an order that chance decides.
    const noise = wildGame(9);
    const clear: Game = (d) => noise(d) * 0.2 - (d.has(1) ? 1 : 0) - [2, 3, 4, 5].filter((i) => d.has(i)).length * 5;
    const stable = run(3, clear, { permutations: 400, stableLowest: 2 });
    expect(stable.stopped).toBe('stable');
    expect(stable.state.lowest!.order).toEqual([0, 1]);
    expect(stable.state.drawn / 2 - stable.state.lowest!.since).toBeGreaterThanOrEqual(STILL_PAIRS);
    // Two twins: equal worth in every set but for noise of the order, the same on average.
    const twins: Game = (d) => (d.has(0) ? 0 : 1) * (d.has(1) ? 1 : 0) + [2, 3].filter((i) => !d.has(i)).length * 9;
    const tossUp = run(2, (d) => twins(d) + (d.has(0) === d.has(1) ? 0 : d.has(2) ? 1 : -1), {
      permutations: 60,
      stableLowest: 1,
    });
    expect(tossUp.state.drawn).toBeGreaterThan(2 * STILL_PAIRS);
  });

  test('units that are never worth anything are in order at once, by index', () => {
    const estimate = run(3, (d) => (d.has(5) ? 0 : 1), { permutations: 400, stableLowest: 3 });
    expect(estimate.stopped).toBe('stable');
    expect(estimate.state.lowest!.order).toEqual([0, 1, 2]);
  });

  test('a set that gives NaN spoils the two units beside it, and the others stand', () => {
    const [order] = antitheticPair(6, 0, 0);
    const bad = new Set(order.slice(0, 3));
    const isBad = (d: Dropped) => d.size === 3 && [...bad].every((i) => d.has(i));
    const game = randomGame(3, 4);
    const { values, intervals, efficiency } = run(3, (d) => (isBad(d) ? Number.POSITIVE_INFINITY : game(d)), {
      permutations: 2,
    });
    const spoiled = values.flatMap((value, unit) => (Number.isNaN(value) ? [unit] : []));
    expect(spoiled).toEqual([order[2]!, order[3]!].sort());
    expect(intervals[order[2]!]).toEqual([Number.NaN, Number.NaN]);
    expect(efficiency!.all).toBe(game(new Set()));
    const rest = shapleyOfRandomGame(3, 4);
    for (const unit of order.filter((u) => !spoiled.includes(u))) expect(values[unit]).toBeCloseTo(rest[unit]!, 9);
  });

  test('a spoiled unit keeps no rule from ending the rest', () => {
    const game = wildGame(6);
    // Without sublayer 0 there is no number at all.
    const { stopped, values } = run(3, (d) => (d.has(0) && d.size === 1 ? Number.NaN : game(d)), {
      permutations: 4000,
      bound: 0.1,
    });
    expect(stopped).toBe('bound');
    expect(values.filter(Number.isNaN).length).toBeGreaterThan(0);
  });
});
