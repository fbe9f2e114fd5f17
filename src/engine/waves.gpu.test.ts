import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LopperError } from '../errors';
import { expectFailure } from '../formats/testing';
import type { Gpu } from '../gpu/gpu';
import { type Branch, FULL, without } from './branch';
import type { WalkResult } from './contract';
import type { Engine } from './engine';
import { anglesOf, spanAngles } from './observers/angles';
import type { Observer } from './observers/observer';
import { KINDS, meansOf, normsOf } from './observers/statistics';
import { unitStatistics } from './observers/units';
import { hasModels, numbers, openModel, scored, sharedGpu, worst } from './testing/gpu';

/** The same sums in the same order, but for the tiles they lie in: log-probabilities differ in the last digits only. */
const SAME = 2e-5;
const MIB = 2 ** 20;

/** All that is observed today, with the most detail. */
const BOTH = [
  { branch: 0, observer: unitStatistics('histograms') },
  { branch: 0, observer: spanAngles },
] as const;

let gpu: Gpu;
let engine: Engine;
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  engine = await openModel(gpu, 'stories260K');
});
afterAll(() => engine?.dispose());
beforeEach(() => engine?.machine.scratch.destroy());

const next = numbers(11);
const text = (tokens: number) => Array.from({ length: tokens }, () => Math.floor(((next() + 1) / 2) * 511));
const TREE = scored([text(36), text(28)]);

/** 64 masks of the ten sublayers, no two the same. */
const MASKS: Branch[] = Array.from({ length: 64 }, (_, i) =>
  without(Array.from({ length: 10 }, (_, bit) => bit).filter((bit) => (i * 37) & (1 << bit))),
);
const leaveOneOut = (sublayers: number): Branch[] => [
  ...Array.from({ length: sublayers }, (_, i) => without([i])),
  FULL,
];

/** How often each sublayer's weights were asked for. */
async function visits<T>(of: Engine, work: () => Promise<T>): Promise<[T, number[]]> {
  const acquire = vi.spyOn(of.machine.residency, 'acquire');
  try {
    const result = await work();
    const count = (index: number) => acquire.mock.calls.filter(([i]) => i === index).length;
    return [result, of.model.sublayers.map((_, index) => count(index))];
  } finally {
    acquire.mockRestore();
  }
}

describe.skipIf(!hasModels)('64 branches in a small memory budget', () => {
  const options = {
    logitDistance: true,
    observe: [{ branch: 0, observer: unitStatistics('rows') }],
    logitRows: [5],
  } as const;
  let free: WalkResult<typeof options.observe>;
  beforeAll(async () => {
    free = await engine.walk(TREE, MASKS, options);
  });

  it.each([
    [1.1, 'that nothing was allocated before'],
    [1.5, 'that a walk with more room left its buffers'],
  ])('of %f MiB stay within it and give the numbers they give without, given %s', async (mebibytes, left) => {
    if (left.includes('room')) {
      await engine.walk(TREE, MASKS.slice(0, 20));
      expect(engine.memory().activations).toBeGreaterThan(3 * MIB);
    }
    engine.restartPeak();
    const memoryBudget = mebibytes * MIB;
    const fractions: number[] = [];
    const onProgress = (f: number) => fractions.push(f);
    const walk = () => engine.walk(TREE, MASKS, { ...options, memoryBudget, onProgress });
    const [cut, seen] = await visits(engine, walk);
    const { activations, peak, weights } = engine.memory();
    expect(activations).toBeLessThanOrEqual(memoryBudget);
    expect(activations).toBeGreaterThan(0.6 * memoryBudget); // it is used, too
    if (left.includes('nothing')) {
      console.log(`64 branches in ${mebibytes} MiB: peak ${((peak - weights) / MIB).toFixed(2)} MiB, ${seen[9]} waves`);
      expect(peak - weights).toBeLessThanOrEqual(memoryBudget);
    }
    expect(seen[9]).toBeGreaterThan(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    for (const [b, { logprob, logits, logitDistance }] of cut.branches.entries()) {
      const want = free.branches[b];
      expect(worst(logprob, want.logprob)).toBeLessThan(SAME);
      expect(worst(logits[0], want.logits[0])).toBeLessThan(SAME);
      expect(logitDistance!.rows).toBe(TREE.scored.rows.length);
      expect(Math.abs(logitDistance!.sum - want.logitDistance!.sum)).toBeLessThan(
        1e-6 * want.logitDistance!.sum + 1e-3,
      );
    }
    for (const kind of KINDS) {
      for (const [block, unit] of meansOf(free.observed[0])[kind].entries())
        expect(meansOf(cut.observed[0])[kind][block].cosine).toBeCloseTo(unit.cosine, 5);
    }
  });

  it('watched on any of them, by several observers at once, are seen as by each in a walk of its own', async () => {
    const observe = [
      { branch: 40, observer: unitStatistics('sums') },
      { branch: 7, observer: spanAngles },
      { branch: 40, observer: unitStatistics('rows') },
      { branch: 23, observer: unitStatistics('histograms') },
    ] as const;
    const memoryBudget = 1.5 * MIB;
    const [cut, seen] = await visits(engine, () => engine.walk(TREE, MASKS, { observe, memoryBudget }));
    expect(seen[9]).toBeGreaterThan(3); // in waves, and more passes for rows that find no room
    const [sums, spans, rows, histograms] = cut.observed;
    const alone = async <R>(branch: number, observer: Observer<R>): Promise<R> =>
      (await engine.walk(TREE, [MASKS[branch]], { observe: [{ branch: 0, observer }] })).observed[0] as R;
    const norms = normsOf(await alone(23, unitStatistics('histograms')));
    const whole = await alone(40, unitStatistics('rows'));
    for (const kind of KINDS) {
      for (const [block, { cosine, l2 }] of meansOf(whole)[kind].entries()) {
        for (const got of [sums, rows].map((one) => meansOf(one)[kind][block])) {
          expect(Math.abs(got.cosine - cosine)).toBeLessThan(1e-5);
          expect(Math.abs(got.l2 - l2)).toBeLessThan(1e-5 * (1 + l2));
        }
        expect(worst(rows[kind][block].rows!.update, whole[kind][block].rows!.update)).toBeLessThan(1e-4);
        const { mean } = norms.rest[kind][block].update;
        expect(Math.abs(normsOf(histograms).rest[kind][block].update.mean - mean)).toBeLessThan(1e-5 * (1 + mean));
      }
    }
    const angles = anglesOf(await alone(7, spanAngles));
    for (const [a, own] of anglesOf(spans).entries()) expect(worst(own, angles[a])).toBeLessThan(1e-5);
    // Each looked at a branch of its own.
    expect(meansOf(histograms).block[2].l2).not.toBeCloseTo(meansOf(sums).block[2].l2, 2);
  });

  it('that one branch does not fit is refused with the tokens that do, and those do', async () => {
    const memoryBudget = 0.2 * MIB;
    const work = engine.walk(TREE, MASKS, { memoryBudget });
    await expectFailure(work, 'out-of-memory', `${TREE.rows} tokens`, '0.2 MiB');
    const { remedy } = (await work.catch((e) => e)) as { remedy: string };
    const fits = Number(/at most (\d+) tokens/.exec(remedy)?.[1]);
    expect(fits).toBeGreaterThan(10);
    const { branches } = await engine.walk(scored([text(fits)]), MASKS.slice(0, 3), { memoryBudget });
    expect(branches.every((b) => b.finite)).toBe(true);
    expect(engine.memory().activations).toBeLessThanOrEqual(memoryBudget);
  });

  it('the full model keeps its place among the first, so that it is walked once', async () => {
    const memoryBudget = 0.5 * MIB;
    const asked = await engine.walk(TREE, leaveOneOut(10), { memoryBudget, logitDistance: true });
    const added = await engine.walk(TREE, leaveOneOut(10).slice(0, -1), { memoryBudget, logitDistance: true });
    expect(added.branches).toHaveLength(10);
    expect(asked.branches.map((b) => b.logitDistance!.sum).slice(0, -1)).toEqual(
      added.branches.map((b) => b.logitDistance!.sum),
    );
    expect(asked.branches[10].logitDistance!.sum).toBeLessThan(1e-3);
    expect(Math.min(...added.branches.map((b) => b.logitDistance!.sum))).toBeGreaterThan(50);
  });
});

describe.skipIf(!hasModels)('a GPU with less memory than it says', () => {
  it('gets by with more waves, and is told of only when one branch is too much', async () => {
    const few = MASKS.slice(0, 20);
    const free = await engine.walk(TREE, few);
    engine.machine.scratch.destroy();
    const { allocate } = gpu;
    let has = 0.5 * MIB;
    const short = vi.spyOn(gpu, 'allocate').mockImplementation(async (label, bytes, use, usage) => {
      if (gpu.memory().activations + bytes > has)
        throw new LopperError('out-of-memory', `no room for ${label}`, 'Choose a smaller model.');
      return allocate.call(gpu, label, bytes, use, usage);
    });
    try {
      const [cut, seen] = await visits(engine, () => engine.walk(TREE, few));
      expect(seen[9]).toBeGreaterThan(1);
      for (const [b, { logprob }] of cut.branches.entries())
        expect(worst(logprob, free.branches[b].logprob)).toBeLessThan(SAME);
      engine.machine.scratch.destroy();
      has = 0.1 * MIB;
      await expectFailure(engine.walk(TREE, few), 'out-of-memory', 'no room for');
    } finally {
      short.mockRestore();
    }
    expect((await engine.walk(TREE, few.slice(0, 2))).branches[1].finite).toBe(true);
  });
});

describe.skipIf(!hasModels)('waves', () => {
  it.each(['never', 'always'] as const)(
    'streaming %s: leave-one-out goes through no layer again below the first that a wave drops',
    async (streaming) => {
      const other = await openModel(gpu, 'stories260K', { streaming });
      const [masks, tree] = [leaveOneOut(10), scored([text(30)])];
      const free = await other.walk(tree, masks, { logitDistance: true });
      // The least that is not refused: one or two branches at a time.
      let memoryBudget = 80_000;
      const walk = () => other.walk(tree, masks, { memoryBudget, logitDistance: true });
      let result = await visits(other, walk).catch(() => undefined);
      while (!result) {
        memoryBudget *= 1.1;
        result = await visits(other, walk).catch(() => undefined);
      }
      const [cut, seen] = result;
      expect(seen[0]).toBeLessThanOrEqual(2); // only the full model and the first branch begin with the embedding
      const waves = Math.max(...seen);
      expect(waves).toBeGreaterThan(2);
      expect(seen.reduce((a, b) => a + b)).toBeLessThan(0.75 * waves * seen.length);
      for (const [b, branch] of cut.branches.entries()) {
        expect(worst(branch.logprob, free.branches[b].logprob)).toBeLessThan(SAME);
        expect(Math.abs(branch.logitDistance!.sum - free.branches[b].logitDistance!.sum)).toBeLessThan(1e-3);
      }
      other.dispose();
    },
  );

  it('cancelled anywhere leave nothing behind: the next walk is right', async () => {
    const options = { memoryBudget: 1 * MIB, logitDistance: true, observe: BOTH } as const;
    const [masks, tree] = [leaveOneOut(10), scored([text(40)])];
    const before = await engine.walk(tree, masks, options);
    const { activations } = engine.memory();
    for (const stop of [0.02, 0.3, 0.6, 0.9]) {
      const controller = new AbortController();
      const onProgress = (f: number) => f >= stop && controller.abort();
      await expectFailure(engine.walk(tree, masks, { ...options, signal: controller.signal, onProgress }), 'cancelled');
      expect(engine.memory().activations).toBe(activations);
    }
    expect(await engine.walk(tree, masks, options)).toEqual(before);
  });

  it('broken off by weights that cannot be read leave nothing behind either', async () => {
    const [streamed, controller] = [
      await openModel(gpu, 'stories260K', { streaming: 'always' }),
      new AbortController(),
    ];
    const tree = scored([text(20)]);
    const masks = leaveOneOut(10);
    const before = await streamed.walk(tree, masks, { logitDistance: true });
    const { acquire } = streamed.machine.residency;
    const broken = vi.spyOn(streamed.machine.residency, 'acquire').mockImplementation(async (index, next) => {
      if (index === 5) throw new TypeError('the file is gone');
      return acquire.call(streamed.machine.residency, index, next, controller.signal);
    });
    await expect(streamed.walk(tree, masks)).rejects.toThrow('the file is gone');
    broken.mockRestore();
    expect(await streamed.walk(tree, masks, { logitDistance: true })).toEqual(before);
    streamed.dispose();
  });
});
