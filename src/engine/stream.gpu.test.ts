import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { additive } from '../recovery/module';
import { type Branch, FULL, named, replacing, without } from './branch';
import type { Engine } from './engine';
import { streamBefore } from './observers/stream';
import { hasModels, numbers, openModel, scored, sharedGpu } from './testing/gpu';

/** By name, and a memory budget that cuts what is watched into several passes. */
const MODELS = [
  ['random/llama', 450_000],
  ['random/gpt_neox', 560_000],
] as const;

let gpu: Gpu;
const engines = new Map<string, Engine>();
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  for (const [name] of MODELS) engines.set(name, await openModel(gpu, name));
});
afterAll(() => {
  for (const e of engines.values()) e.dispose();
});

const next = numbers(7);
const TEXTS = [19, 90, 3, 60].map((n) => Array.from({ length: n }, () => Math.floor(((next() + 1) / 2) * 130)));

describe.skipIf(!hasModels).each(MODELS)('%s: a walk that begins where another has been', (name, memoryBudget) => {
  const tree = scored(TEXTS);
  /** Attention of block 0 gone, and something in the place of attention 1 where the walk goes on. */
  const below = without([0]);
  const above = (width: number): Branch =>
    replacing([[2, named(additive(new Float32Array(width).fill(0.125)))]], below);

  it('is that from the embedding to the bit, of several branches beside one another', async () => {
    const engine = engines.get(name)!;
    const branches = [above(engine.model.width), FULL, without([3], below)];
    const { observed } = await engine.walk(tree, [below, FULL], {
      observe: [0, 1].map((branch) => ({ branch, observer: streamBefore(2) })),
      until: 4,
    });
    const streams = [observed[0]!, observed[1]!, observed[0]!];
    const whole = await engine.walk(tree, branches);
    const begun = await engine.walk(tree, branches, { from: { index: 2, streams } });
    for (const [b, { logprob }] of whole.branches.entries()) expect(begun.branches[b]!.logprob).toEqual(logprob);
    expect(whole.branches[0]!.logprob).not.toEqual(whole.branches[1]!.logprob);
  });

  it('is the same with weights that stream by, of which those below are not read', async () => {
    const engine = await openModel(gpu, name, { streaming: 'always' });
    const tree = scored(TEXTS.slice(0, 1));
    const { observed } = await engine.walk(tree, [FULL], {
      observe: [{ branch: 0, observer: streamBefore(2) }],
      until: 3,
    });
    const read = vi.spyOn(engine.machine.residency, 'acquire');
    const whole = await engine.walk(tree, [FULL]);
    const all = read.mock.calls.length;
    read.mockClear();
    const begun = await engine.walk(tree, [FULL], { from: { index: 2, streams: [observed[0]!] } });
    expect(begun.branches[0]!.logprob).toEqual(whole.branches[0]!.logprob);
    expect(read.mock.calls.length).toBe(all - 2);
    engine.dispose();
  });

  it('is seen to the bit by who watches it, also where memory suffices for some rows at a time', async () => {
    const engine = engines.get(name)!;
    const branch = above(engine.model.width);
    let passes = 0;
    const stream = async (index: number, options: object = {}) => {
      const observer = streamBefore(index);
      const watch = vi.spyOn(observer, 'watch');
      const { observed } = await engine.walk(tree, [branch], {
        ...{ observe: [{ branch: 0, observer }], until: index + 1 },
        ...options,
      });
      passes = watch.mock.calls.length;
      return observed[0]!;
    };
    const streams = [await stream(2)];
    const whole = await stream(6);
    const from = { index: 2, streams };
    expect(await stream(6, { from })).toEqual(whole);
    engine.machine.scratch.destroy();
    expect(await stream(6, { from, memoryBudget })).toEqual(whole);
    expect(passes).toBeGreaterThan(1);
  });
});
