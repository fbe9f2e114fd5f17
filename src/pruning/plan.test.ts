import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSolver } from '../lab/place/solver';
import { unitsOf } from '../model/units';
import {
  type Budget,
  formatBudget,
  parseBudget,
  SAVED,
  type Shares,
  savesEnough,
  sharesOf,
  weightsOf,
} from './budgets';
import { type Alternative, frontOf, neighbours, prefixes, savedBy } from './picks';
import { type Solve, solvePlan } from './programme';

const sizes = {
  ...{ parameters: 100, attnParameters: [10, 10, 12], ffnParameters: [20, 16, 20], kvBytesPerTokenPerBlock: 2 },
  ...{ vocabulary: 4, width: 3, context: 10, weightBytes: 200 },
};

describe('budgets', () => {
  it('are read as they are written, and nothing else is', () => {
    for (const text of ['params=-20%', 'kv=-33.3%', 'memory=-0.5%', 'loss=+0.05']) {
      expect(formatBudget(parseBudget(text))).toBe(text);
    }
    expect(parseBudget('time=-.25')).toEqual({ of: 'time', by: 0.25 });
    for (const text of ['params=+20%', 'params=-120%', 'loss=-0.1', 'loss=+5%', 'heads=-10%', 'params', 'kv=-0%', '']) {
      expect(() => parseBudget(text), text).toThrow(/no budget/);
    }
  });

  it('everything that goes saves: parameters by count, the cache by attentions, memory by both, time by what is multiplied', () => {
    const weights = weightsOf(sizes);
    const all = sharesOf(weights, unitsOf(3, 'sublayer').flat());
    expect(all.params).toBeCloseTo(0.88);
    expect(all.kv).toBeCloseTo(1);
    expect(all.time).toBeCloseTo(88 / 100); // 12 more in the head
    expect(all.memory).toBeCloseTo((88 * 2 + 60) / 260);
    expect(sharesOf(weights, [{ block: 1, kind: 'ffn' }], 16).params).toBeCloseTo(0);
    // Measured: half of the time is attention's.
    const measured = sharesOf(weightsOf(sizes, { full: 10, withoutAttn: 5, withoutFfn: 7 }), unitsOf(3, 'attn').flat());
    expect(measured.time).toBeCloseTo(0.5);
  });
});

/** Some units with two alternatives each, at random. */
const shares = fc.record(
  Object.fromEntries(SAVED.map((of) => [of, fc.integer({ min: 0, max: 20 }).map((n) => n / 100)])) as Record<
    keyof Shares,
    fc.Arbitrary<number>
  >,
);
const plans = fc
  .array(
    fc.tuple(shares, fc.double({ min: -0.2, max: 1, noNaN: true }), fc.double({ min: -0.2, max: 1, noNaN: true })),
    {
      minLength: 2,
      maxLength: 7,
    },
  )
  .map((units) => ({
    all: units.flatMap(([saves], unit): Alternative[] => [
      { unit, sublayers: [{ block: unit, kind: 'attn' }], saves },
      { unit, sublayers: [{ block: unit, kind: 'attn' }], rank: 0, saves: { ...saves, params: saves.params - 0.01 } },
    ]),
    costs: units.flatMap(([, plain, mended]) => [plain, mended]),
  }));
const asked = fc
  .subarray([...SAVED, 'loss'] as const, { minLength: 1 })
  .chain((names) =>
    fc.tuple(...names.map((of) => fc.integer({ min: 1, max: 60 }).map((n): Budget => ({ of, by: n / 100 })))),
  );

describe('picks', () => {
  let solve: Solve;
  beforeAll(async () => {
    solve = await openSolver();
  });

  it('the programme’s is within every budget, takes a unit once, and no other of all has a smaller sum', () => {
    fc.assert(
      fc.property(plans, asked, ({ all, costs }, budgets) => {
        const found = solvePlan(solve, budgets, all, costs);
        const sum = (pick: readonly number[]) => pick.reduce((total, a) => total + costs[a]!, 0);
        const units = all.length / 2;
        const every = Array.from({ length: 3 ** units }, (_, n) =>
          Array.from({ length: units }, (_, u) => Math.floor(n / 3 ** u) % 3).flatMap((x, u) =>
            x ? [2 * u + x - 1] : [],
          ),
        );
        const saving = budgets.some(({ of }) => of !== 'loss');
        const fit = every.filter((pick) =>
          saving ? savesEnough(budgets, savedBy(all, pick)) : sum(pick) <= budgets[0]!.by,
        );
        expect(found === undefined).toBe(fit.length === 0);
        if (!found) return;
        expect(new Set(found.map((a) => all[a]!.unit)).size).toBe(found.length);
        expect(savesEnough(budgets, savedBy(all, found))).toBe(true);
        const worth = (pick: readonly number[]) => (saving ? -sum(pick) : savedBy(all, pick).params);
        expect(worth(found)).toBeGreaterThan(Math.max(...fit.map(worth)) - 1e-5);
        if (!saving) expect(sum(found)).toBeLessThan(budgets[0]!.by + 1e-5);
      }),
      { numRuns: 60 },
    );
  });

  it('a path ends where enough is saved, and takes nothing that saves nothing of what is missing', () => {
    fc.assert(
      fc.property(plans, asked, ({ all }, budgets) => {
        const order = [...all.keys()].filter((a) => a % 2 === 0);
        const path = prefixes(budgets, all, order);
        const saving = budgets.some(({ of }) => of !== 'loss');
        for (const [i, pick] of path.entries()) {
          expect(pick).toHaveLength(i + 1);
          if (saving && i < path.length - 1) expect(savesEnough(budgets, savedBy(all, pick))).toBe(false);
        }
      }),
    );
  });

  it('neighbours differ by one out, one in, or what stands in; the most promising comes first', () => {
    const all = [0, 1, 2].map((unit): Alternative => {
      return { unit, sublayers: [{ block: unit, kind: 'ffn' }], saves: { params: 0.1, kv: 0, time: 0, memory: 0 } };
    });
    const near = neighbours(all, [0], [0.5, 0.1, 0.9]);
    expect(near.map(({ pick }) => pick)).toEqual([[], [1], [0, 1], [2], [0, 2]]);
    expect(near[1]!.change).toBeCloseTo(-0.4);
  });

  it('the front is what nothing beats', () => {
    const points = [
      { saved: 0, loss: 1 },
      { saved: 0.1, loss: 1.5 },
      { saved: 0.1, loss: 1.2 },
      { saved: 0.2, loss: 1.2 },
      { saved: 0.3, loss: Number.NaN },
      { saved: 0.3, loss: 3 },
    ];
    expect(frontOf(points)).toEqual([0, 3, 5]);
  });
});
