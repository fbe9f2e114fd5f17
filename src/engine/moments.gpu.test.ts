import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { unitsOf } from '../model/units';
import type { Moments } from '../recovery/moments';
import { momentsOfRows } from '../recovery/testing';
import { type Branch, FULL, without } from './branch';
import type { Engine } from './engine';
import { type MomentOptions, momentsOf } from './observers/moments';
import { hasModels, numbers, openModel, readModel, scored, sharedGpu } from './testing/gpu';
import { forward, readValues, type Trace } from './testing/oracle-model';

const MODELS = ['random/llama', 'random/gpt_neox'];
/** With attention of one block and the feed-forward of another left out. */
const PRUNED = without([2, 5]);

let gpu: Gpu;
const engines = new Map<string, Engine>();
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  for (const name of MODELS) engines.set(name, await openModel(gpu, name));
});
afterAll(() => {
  for (const e of engines.values()) e.dispose();
});

const next = numbers(5);
const TEXTS = [19, 90, 3, 60].map((n) => Array.from({ length: n }, () => Math.floor(((next() + 1) / 2) * 130)));

type Unit = ReturnType<typeof unitsOf>[number];
const unitsIn = (blocks: number): Unit[] => [...unitsOf(blocks, 'sublayer'), ...unitsOf(blocks, 'block')] as Unit[];

/** Rows of what a unit reads, should give and is followed by, and their weights, in double precision. */
function rowsOf(full: Trace, own: Trace, unit: Unit, options: MomentOptions) {
  const indices = unit.map(({ block, kind }) => 2 * block + (kind === 'attn' ? 0 : 1));
  const [first, last] = [indices[0]!, indices.at(-1)!];
  const blockStart = (trace: Trace) => trace.between[first >> 1]!;
  const streamAt = (trace: Trace, index: number) =>
    index % 2 === 0
      ? trace.between[index >> 1]!
      : blockStart(trace).map((row, r) => row.map((v, i) => v + trace.added[index - 1]![r]![i]!));
  const [c, after] = [streamAt(own, first), streamAt(options.target === 'full' ? full : own, last + 1)];
  const whole = streamAt(full, last + 1);
  return c.map((row, r) => ({
    x: own.read[first]![r]!,
    t: row.map((v, i) => after[r]![i]! - v),
    weight: r < (options.skipFirst ?? 0) ? 0 : options.weighted ? 1 / whole[r]!.reduce((s, v) => s + v * v, 0) : 1,
  }));
}

/** The largest difference, as a part of the largest number. */
function apart(got: Float64Array, want: Float64Array): number {
  expect(got.length).toBe(want.length);
  const most = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return got.reduce((m, v, i) => Math.max(m, Math.abs(v - want[i]!)), 0) / (most || 1);
}

async function tracesOf(name: string, branch: Branch): Promise<Trace[]> {
  const [spec, tensors] = await readModel(name);
  const values = await readValues(tensors);
  return TEXTS.map((ids) => {
    const trace: Trace = { read: [], added: [], between: [] };
    forward(spec, values, ids, new Set(branch.left.keys()), trace);
    return trace;
  });
}

describe.skipIf(!hasModels)('moments of every unit, in one walk', () => {
  it.each(
    MODELS.flatMap(
      (name) =>
        [
          [name, 'what it reads and adds', FULL, {}],
          [name, 'by the relative error, without first positions', FULL, { weighted: true, skipFirst: 2 }],
          [name, 'in a pruned model', PRUNED, { weighted: true }],
          [name, 'from a pruned model back to the full one', PRUNED, { target: 'full', skipFirst: 1 }],
        ] as const,
    ),
  )('%s: %s', async (name, _, branch, options) => {
    const engine = engines.get(name)!;
    const units = unitsIn(engine.model.blocks);
    const observe = units.map((unit) => ({
      ...{ branch: 0, beside: 1, observer: momentsOf(unit, { ...options, products: true }) },
    }));
    const until = engine.model.sublayers.length;
    const { observed, branches } = await engine.walk(scored(TEXTS), [branch, FULL], { observe, until });
    expect(branches[0]!.logprob).toHaveLength(0);
    const [own, full] = [await tracesOf(name, branch), await tracesOf(name, FULL)];
    for (const [u, unit] of units.entries()) {
      const want = momentsOfRows(own.flatMap((trace, i) => rowsOf(full[i]!, trace, unit, options)));
      const got = observed[u] as Required<Moments>;
      expect(got.rows).toBe(want.rows);
      expect(Math.abs(got.weight / want.weight - 1)).toBeLessThan(2e-6);
      for (const key of ['x', 't', 'absX', 'absSum', 'xx', 'xt', 'tt'] as const)
        expect(apart(got[key], want[key]), `${JSON.stringify(unit)} ${key}`).toBeLessThan(5e-6);
      for (const key of ['xx', 'xt'] as const)
        expect(apart(got.products[key], want.products[key]), `${JSON.stringify(unit)} ${key}`).toBeLessThan(5e-6);
    }
  });

  it('are the same where rows follow in several passes, where the walk ends behind the unit, and where weights are streamed', async () => {
    const engine = engines.get('random/llama')!;
    const tree = scored(TEXTS);
    const observer = momentsOf([{ block: 1, kind: 'ffn' }], { products: true, target: 'full' });
    const observe = [{ branch: 1, beside: 0, observer }];
    const [whole] = (await engine.walk(tree, [FULL, PRUNED], { observe })).observed;
    engine.machine.scratch.destroy();
    const observed = vi.spyOn(observer, 'watch');

    const [cut] = (await engine.walk(tree, [FULL, PRUNED], { observe, memoryBudget: 570_000 })).observed;
    expect(observed.mock.calls.length).toBeGreaterThan(1);
    const [early] = (await engine.walk(tree, [FULL, PRUNED], { observe, until: 4 })).observed;
    const other = await openModel(gpu, 'random/llama', { streaming: 'always' });
    const [streamed] = (await other.walk(tree, [FULL, PRUNED], { observe })).observed;
    other.dispose();
    for (const got of [cut, early, streamed]) {
      expect(got.rows).toBe(whole.rows);
      expect(apart(got.t, whole.t)).toBeLessThan(2e-6);
      expect(apart(got.products!.xx, whole.products!.xx)).toBeLessThan(2e-6);
      expect(apart(got.products!.xt, whole.products!.xt)).toBeLessThan(2e-6);
    }
  });
});
