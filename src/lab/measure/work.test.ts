import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Branch, FULL, without } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import type { TokenTree } from '../../engine/tree';
import { sublayerIndex, unitsOf } from '../../model/units';
import { randomGame } from '../../pruning/testing';
import type { CurveRequest, InfluenceRequest } from '../contract';
import { Calibrated } from './calibrated';
import { measureCurve } from './curve';
import { CurveClock } from './curve-clock';
import { curveWork } from './curve-work';
import { measureInfluence } from './influence';
import { influenceWork } from './influence-work';
import { costOf, type Ground, sharedPasses, sharesOf, walkWork } from './work';

/** Sublayers that run, those of several masks at once where they agree on all below: counted one by one. */
function countRuns(sublayers: number, branches: readonly Branch[]): number {
  const runs = new Set<string>();
  for (const { left } of branches) {
    let way = '';
    for (let s = 0; s < sublayers; s++) {
      way += left.has(s) ? '-' : '+';
      if (!left.has(s)) runs.add(way);
    }
  }
  return runs.size;
}

const even = (sublayers: number): number[] => Array(sublayers).fill(1 / sublayers);

it('counts what masks share once', () => {
  const mask = fc.array(fc.nat(7)).map((dropped) => without(dropped));
  fc.assert(
    fc.property(fc.array(mask, { minLength: 1 }), (masks) => {
      const { passes, distinct } = sharedPasses(even(8), masks);
      expect(8 * passes).toBeCloseTo(countRuns(8, masks), 9);
      expect(distinct).toBe(new Set(masks.map((m) => [...m.left.keys()].join())).size);
    }),
  );
});

describe('against what jobs walk', () => {
  const blocks = 4;
  const windows = [Array.from({ length: 10 }, (_, i) => i), [1, 2, 3]];
  const text: Ground = { shares: even(2 * blocks), tokens: 13, scored: 13, rows: 64 };

  /** An engine that computes nothing and counts: passes, and tokens whose logits were computed. */
  function counting(seed: number) {
    const counted = { runs: 0, heads: 0, readings: 0 };
    const value = randomGame(blocks, seed);
    const engine = {
      model: { blocks },
      maxRows: 64,
      async walk(tree: TokenTree, branches: readonly Branch[], { onProgress }: RunOptions = {}) {
        counted.runs += countRuns(2 * blocks, branches);
        onProgress?.(1);
        counted.heads += branches.length;
        counted.readings++;
        const losses = branches.map((own) => -value(new Set(own.left.keys())));
        const pairs = tree.scored.rows.length;
        return {
          branches: losses.map((loss) => ({
            logprob: new Float32Array(pairs).fill(-loss),
            logits: [],
            finite: true,
            logitDistance: { sum: loss * pairs, rows: pairs },
          })),
        };
      },
    } as unknown as EngineContract;
    return { counted, on: new Calibrated(engine, windows) };
  }

  const examine = () => Promise.reject(new Error('no task is asked for'));

  it.each<[string, InfluenceRequest]>([
    ['leave-one-out of sublayers', { metric: 'loo-loss', unit: 'sublayer' }],
    ['leave-one-out of blocks', { metric: 'loo-logit', unit: 'block' }],
    ['exact Shapley values', { metric: 'shapley-loss', unit: 'block', exact: true }],
    ['sampled Shapley values', { metric: 'shapley-loss', unit: 'sublayer', permutations: 64 }],
  ])('%s', async (_, request) => {
    const { counted, on } = counting(3);
    await measureInfluence(on, request.metric, request.unit, { ...request, examine });
    const work = influenceWork(request, text);
    const share = counted.runs / (2 * blocks) / work.passes;
    // Batches of samples are sized by the clock: more of them together share more.
    const [low, high] = request.permutations ? [0.5, 1.1] : request.exact ? [0.9, 1] : [1, 1];
    expect(share).toBeGreaterThan(low - 1e-9);
    expect(share).toBeLessThan(high + 1e-9);
  });

  it('leave-one-out of N sublayers takes (N + 1) / 2 passes', () => {
    const { passes, scored, readings } = influenceWork({ metric: 'loo-loss', unit: 'sublayer' }, text);
    expect(passes).toBeCloseTo((2 * blocks + 1) / 2, 9);
    expect(scored).toBe((2 * blocks + 1) * 13);
    expect(readings).toBe(1);
  });

  it('a static metric takes one pass, whatever the units', () => {
    for (const unit of ['block', 'sublayer'] as const) {
      expect(influenceWork({ metric: 'cosine', unit }, text)).toMatchObject({ passes: 1, readings: 1 });
    }
  });

  it('the gradient takes three passes, whatever the units, and reads weights twice', () => {
    for (const unit of ['block', 'sublayer'] as const) {
      expect(influenceWork({ metric: 'gradient', unit }, text)).toMatchObject({ passes: 3, readings: 2 });
    }
  });

  it.each<[string, CurveRequest]>([
    ['greedy', { strategy: 'greedy', unit: 'block' }],
    [
      'greedy over sublayers, some of them locked',
      { strategy: 'greedy', unit: 'sublayer', locked: unitsOf(1, 'block')[0]! },
    ],
    ['one-shot by leave-one-out', { strategy: 'one-shot', metric: 'loo-loss', unit: 'block' }],
    [
      'iterative by leave-one-out, three steps',
      { strategy: 'iterative', metric: 'loo-loss', unit: 'sublayer', steps: 3 },
    ],
    ['random orders', { strategy: 'random', unit: 'sublayer', draws: 5, seed: 2 }],
    ['a given order', { strategy: 'given', unit: 'block', order: unitsOf(blocks, 'block').toReversed() }],
  ])('a curve: %s', async (_, request) => {
    const { counted, on } = counting(5);
    await measureCurve(on, request, { examine });
    const work = await curveWork(request, { text });
    const share = counted.runs / (2 * blocks) / work.passes;
    // Which units go is not known beforehand, and decides a little of what is shared.
    expect(share).toBeGreaterThan(0.75);
    expect(share).toBeLessThan(1.25);
  });

  it.each<CurveRequest>([
    { strategy: 'greedy', unit: 'sublayer' },
    { strategy: 'one-shot', metric: 'loo-loss', unit: 'sublayer' },
  ])('the clock of a curve, $strategy, goes with what is walked', async (request) => {
    const { counted, on } = counting(5);
    const [even, odd] = on.halves();
    const ground = { text: { ...text, tokens: 10, scored: 10 }, judge: { ...text, tokens: 3, scored: 3 } };
    const told: [fraction: number, runs: number][] = [];
    const clock = new CurveClock(
      await curveWork(request, ground),
      (work) => work.tokens,
      (fraction) => told.push([fraction, counted.runs]),
    );
    await measureCurve(even, request, {
      examine,
      judge: { on: odd, judged: { on: 'odd windows', chosenOn: 10 } },
      clock: { told: clock, ground },
    });
    expect(told.at(-1)![0]).toBeGreaterThan(0.9);
    // What a walk of ten tokens and one of three take is the same to this engine: the judge's few are let pass.
    for (const [fraction, runs] of told) expect(Math.abs(fraction - runs / counted.runs)).toBeLessThan(0.2);
  });

  it('a curve that goes on takes what is left of it, and the full model', async () => {
    const request: CurveRequest = { strategy: 'greedy', unit: 'block' };
    const { on } = counting(5);
    const half = await measureCurve(on, { ...request, steps: 2 }, { examine });
    const { counted, on: again } = counting(5);
    await measureCurve(again, { ...request, resume: half }, { examine });
    const work = await curveWork({ ...request, resume: half }, { text });
    expect(work.passes).toBeCloseTo(counted.runs / (2 * blocks), 9);
  });
});

it('tells bytes and seconds from the model and the pace of the adapter', () => {
  const model = { attnParameters: [10, 10], ffnParameters: [30, 50], vocabulary: 7, width: 3, weightBytes: 800 };
  const ground: Ground = { shares: sharesOf(model), tokens: 100, scored: 50, rows: 40 };
  const work = walkWork(ground, [FULL, without([sublayerIndex({ block: 1, kind: 'ffn' })])]);
  // Both share all but the last sublayer, which has half of the parameters.
  const operations = 2 * (100 * 100 + 2 * 50 * 7 * 3);
  const { passes, bytes, seconds } = costOf(work, model, 1000);
  expect(passes).toBeCloseTo(1, 9);
  expect(bytes).toBe(3 * 800);
  expect(seconds).toBeCloseTo(operations / 1000, 9);
});
