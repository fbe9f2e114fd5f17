import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TensorMap } from '../formats/tensor';
import { expectFailure } from '../formats/testing';
import type { Gpu } from '../gpu/gpu';
import type { ModelSpec } from '../model/spec';
import { type Branch, FULL, without } from './branch';
import { Engine } from './engine';
import { KINDS, meansOf } from './observers/statistics';
import { unitStatistics } from './observers/units';
import { packTokens } from './pack';
import { hasModels, numbers, openModel, RATES, readModel, scored, sharedGpu, tensorOf, worst } from './testing/gpu';
import { madeUpModel } from './testing/made-up-model';

/** The same sums in the same order, but for the tiles they lie in: log-probabilities differ in the last digits only. */
const SAME = 2e-5;

/** The first branch's units. */
const WATCHED = { observe: [{ branch: 0, observer: unitStatistics('sums') }] } as const;

let gpu: Gpu;
let empty: ReturnType<Gpu['memory']>;
const engines = new Map<string, Engine>();
beforeAll(async () => {
  if (!hasModels) return;
  gpu = await sharedGpu();
  empty = gpu.memory();
  for (const name of ['stories260K', 'random/mistral', 'random/gpt_neox', 'random/gpt2'])
    engines.set(name, await openModel(gpu, name));
});
afterAll(() => {
  for (const e of engines.values()) e.dispose();
});
const engineOf = (name: string) => engines.get(name)!;

/** Sequences of a model's tokens, all after the same beginning. */
function sequences(vocabulary: number, shared: number, lengths: readonly number[]): number[][] {
  const next = numbers(vocabulary);
  const token = () => Math.floor(((next() + 1) / 2) * (vocabulary - 1));
  const common = Array.from({ length: shared }, token);
  return lengths.map((n) => [...common, ...Array.from({ length: n - shared }, token)]);
}

describe.skipIf(!hasModels)('a token tree', () => {
  it.each(['stories260K', 'random/mistral', 'random/gpt_neox', 'random/gpt2'])(
    '%s: gives the numbers of its sequences run one by one',
    async (name) => {
      const engine = engineOf(name);
      const list = sequences(engine.model.vocabulary, 21, [22, 39, 30, 47, 25]);
      list.push(list[1].slice(0, 33)); // a beginning of another
      const tree = scored(list);
      expect(tree.rows).toBeLessThan(list.flat().length / 1.8);
      const masks: Branch[] = [FULL, without([2, 5])];
      const together = await engine.walk(tree, masks, { logitRows: tree.lastRows });
      let error = 0;
      for (const [s, ids] of list.entries()) {
        const one = scored([ids]);
        const alone = await engine.walk(one, masks, { logitRows: one.lastRows });
        for (const b of masks.keys()) {
          const mine = Array.from(tree.pairs[s], (p) => together.branches[b].logprob[p]);
          const theirs = Array.from(one.pairs[0], (p) => alone.branches[b].logprob[p]);
          error = Math.max(error, worst(mine, theirs));
          error = Math.max(error, worst(together.branches[b].logits[s], alone.branches[b].logits[0]));
        }
      }
      expect(error).toBeLessThan(SAME);
    },
  );

  it('scores the endings of a question, which get no rows of their own', async () => {
    const engine = engineOf('random/mistral');
    const [question] = sequences(131, 0, [20]);
    const endings = [[3], [9], [3, 8], [9, 4, 1]];
    const tree = packTokens(endings.map((e) => ({ ids: [...question, ...e], scoreFrom: 20, endIsTarget: true })));
    const { branches } = await engine.walk(tree, [FULL]);
    for (const [i, e] of endings.entries()) {
      const one = scored([[...question, ...e]]);
      const alone = (await engine.walk(one, [FULL])).branches[0].logprob.slice(19);
      expect(
        worst(
          Array.from(tree.pairs[i], (p) => branches[0].logprob[p]),
          alone,
        ),
      ).toBeLessThan(SAME);
    }
  });

  it('says which target is the likeliest token', async () => {
    const engine = engineOf('stories260K');
    const [ids] = sequences(512, 0, [12]);
    const first = scored([ids]);
    const { branches } = await engine.walk(first, [FULL], { logitRows: [11] });
    const best = branches[0].logits[0].indexOf(Math.max(...branches[0].logits[0]));
    const tree = packTokens([best, best === 5 ? 6 : 5].map((t) => ({ ids: [...ids, t], scoreFrom: 12 })));
    expect(Array.from((await engine.walk(tree, [FULL])).branches[0].greedy)).toEqual([1, 0]);
  });

  it('with nothing scored gives the logits that were asked for', async () => {
    const engine = engineOf('random/gpt2');
    const [ids] = sequences(131, 0, [7]);
    const tree = packTokens([{ ids, scoreFrom: 7 }]);
    const { branches } = await engine.walk(tree, [FULL], { logitRows: [6, 0] });
    expect(branches[0].logprob.length).toBe(0);
    expect(branches[0].logits.map((l) => l.length)).toEqual([131, 131]);
    expect(branches[0].logits[0]).not.toEqual(branches[0].logits[1]);
  });
});

describe.skipIf(!hasModels)('branches', () => {
  it.each(['stories260K', 'random/mistral', 'random/gpt_neox'])(
    '%s: together give what each gives alone',
    async (name) => {
      const engine = engineOf(name);
      const all = Array.from({ length: engine.model.sublayers.length }, (_, i) => i);
      const masks: Branch[] = [
        without([1]),
        without([0, 1]),
        FULL,
        without([0]), // of a parallel block: the feed-forward reads what attention would have
        without([all.length - 1]),
        without([2, 5, 6]),
        without(all), // nothing but the embedding and the head
        without([2, 5]),
      ];
      const tree = scored(sequences(engine.model.vocabulary, 9, [20, 31]));
      const together = await engine.walk(tree, masks, { logitRows: [3] });
      let error = 0;
      for (const [b, mask] of masks.entries()) {
        const [alone] = (await engine.walk(tree, [mask], { logitRows: [3] })).branches;
        error = Math.max(error, worst(together.branches[b].logprob, alone.logprob));
        error = Math.max(error, worst(together.branches[b].logits[0], alone.logits[0]));
        expect(Array.from(together.branches[b].greedy)).toEqual(Array.from(alone.greedy));
      }
      expect(error).toBeLessThan(SAME);
      // and they do differ from one another
      expect(worst(together.branches[2].logprob, together.branches[6].logprob)).toBeGreaterThan(0.01);
      expect(worst(together.branches[5].logprob, together.branches[7].logprob)).toBeGreaterThan(1e-4);
    },
  );

  it.each(['random/gpt_neox', 'random/mistral'])(
    '%s: more than one binding holds go in waves, with the same numbers, in the order asked',
    async (name) => {
      const engine = engineOf(name);
      const masks = Array.from({ length: 40 }, (_, i) =>
        without([0, 1, 2, 3, 4, 5].filter((bit) => (i * 7) & (1 << bit))),
      );
      const tree = scored(sequences(131, 4, [13, 9]));
      const together = await engine.walk(tree, masks, { logitDistance: true });
      const limits = engine.machine.gpu.facts.limits as { maxStorageBufferBindingSize: number };
      const whole = limits.maxStorageBufferBindingSize;
      const fractions: number[] = [];
      try {
        limits.maxStorageBufferBindingSize = 7 * tree.rows * 48 * 4; // seven streams
        const waves = await engine.walk(tree, masks, { logitDistance: true, onProgress: (f) => fractions.push(f) });
        for (const b of masks.keys()) {
          expect(worst(waves.branches[b].logprob, together.branches[b].logprob)).toBeLessThan(SAME);
          const [got, want] = [waves, together].map((w) => w.branches[b].logitDistance!.sum);
          expect(Math.abs(got - want)).toBeLessThan(1e-3);
        }
      } finally {
        limits.maxStorageBufferBindingSize = whole;
      }
      expect(fractions.at(-1)).toBe(1);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(fractions.length).toBeGreaterThan(6 * 6); // it did go in six waves
    },
  );

  it('that are the same, in any order of their sublayers, are computed once and both answered', async () => {
    const engine = engineOf('stories260K');
    const tree = scored(sequences(512, 0, [10]));
    const { branches } = await engine.walk(tree, [without([3, 1]), FULL, without([1, 3]), FULL]);
    expect(branches[0].logprob).toEqual(branches[2].logprob);
    expect(branches[1].logprob).toEqual(branches[3].logprob);
    expect(worst(branches[0].logprob, branches[1].logprob)).toBeGreaterThan(0.01);
  });

  it.each(['stories260K', 'random/gpt_neox'])('%s: do not change what is measured of the full model', async (name) => {
    const engine = engineOf(name);
    const tree = scored(sequences(engine.model.vocabulary, 3, [11, 8]));
    const alone = meansOf((await engine.walk(tree, [FULL], WATCHED)).observed[0]);
    const masks = [FULL, without([0]), without([1, 4]), without([2, 3])];
    const { observed } = await engine.walk(tree, masks, WATCHED);
    const beside = meansOf(observed[0]);
    for (const kind of KINDS) {
      for (const [i, unit] of beside[kind].entries())
        for (const [metric, value] of Object.entries(unit))
          expect(Math.abs(value / alone[kind][i][metric as 'l1'] - 1), `${kind} ${i} ${metric}`).toBeLessThan(1e-4);
    }
  });
});

describe.skipIf(!hasModels)('a walk', () => {
  it('reports progress that never falls and ends at 1', async () => {
    const fractions: number[] = [];
    await engineOf('stories260K').walk(scored(sequences(512, 0, [5])), [FULL, without([4])], {
      onProgress: (f) => fractions.push(f),
    });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(fractions[0]).toBeLessThan(0.2);
  });

  it('stops within 250 ms of being cancelled, and the next one is right', async () => {
    const engine = engineOf('stories260K');
    const small = scored(sequences(512, 0, [30]));
    const before = await engine.walk(small, [FULL, without([3])]);
    const long = scored(sequences(512, 0, [400, 390, 380]));
    const masks = Array.from({ length: 10 }, (_, i) => without([i]));
    const controller = new AbortController();
    let cancelledAt = 0;
    const work = engine.walk(long, masks, {
      signal: controller.signal,
      onProgress: (f) => {
        if (f < 0.15 || cancelledAt > 0) return;
        cancelledAt = performance.now();
        controller.abort();
      },
    });
    await expectFailure(work, 'cancelled');
    expect(performance.now() - cancelledAt).toBeLessThan(250);
    const after = await engine.walk(small, [FULL, without([3])]);
    expect(after.branches.map((b) => b.logprob)).toEqual(before.branches.map((b) => b.logprob));
  });

  it('that is cancelled before it begins does nothing', async () => {
    const work = engineOf('stories260K').walk(scored([[1, 2]]), [FULL], { signal: AbortSignal.abort() });
    await expectFailure(work, 'cancelled');
  });

  it('over the context is refused with both lengths, and the engine goes on', async () => {
    const engine = engineOf('random/mistral');
    const [ids] = sequences(131, 0, [97]);
    await expectFailure(engine.walk(scored([ids]), [FULL]), 'prompt-too-long', '97', '96');
    const { branches } = await engine.walk(scored([ids.slice(0, 96)]), [FULL]);
    expect(branches[0].logprob.every(Number.isFinite)).toBe(true);
  });

  it('through weights that are not numbers says which branches and units they reached, and the rest stands', async () => {
    const [spec, tensors] = await readModel('stories260K');
    const engine = await Engine.open(gpu, ...(await damaged(spec, tensors, 'model.layers.1.mlp.down_proj.weight')), {
      rates: RATES,
    });
    const tree = scored(sequences(512, 0, [6]));
    const { branches, observed } = await engine.walk(tree, [FULL, without([0, 2]), without([3])], WATCHED);
    expect(branches.map((b) => b.finite)).toEqual([false, false, true]);
    expect(branches[0].logprob.every(Number.isNaN)).toBe(true);
    const { ffn } = meansOf(observed[0]);
    expect(ffn.map((unit) => Number.isFinite(unit.cosine))).toEqual([true, false, false, false, false]);
    const healthy = await engineOf('stories260K').walk(tree, [without([3])]);
    const saved = await engine.walk(tree, [without([3])]);
    expect(saved.branches[0].logprob).toEqual(healthy.branches[0].logprob);
    engine.dispose();
  });

  it('leaves nothing allocated after dispose', async () => {
    for (const [name, engine] of engines) {
      await engine.walk(scored(sequences(131, 2, [9, 5])), [FULL, without([1])], WATCHED);
      expect(engine.memory().weights).toBeGreaterThan(0);
      engine.dispose();
      engine.dispose(); // twice is once
      engines.delete(name);
    }
    expect(gpu.memory()).toEqual(empty);
    expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
  });
});

/** The model with a NaN in the middle of one F32 tensor. */
async function damaged(spec: ModelSpec, tensors: TensorMap, name: string): Promise<[ModelSpec, TensorMap]> {
  const t = tensors.get(name)!;
  const bytes = await t.source.read(t.start, t.end);
  new DataView(bytes.buffer, bytes.byteOffset).setFloat32(4 * 1000, Number.NaN, true);
  return [spec, new Map([...tensors, [name, tensorOf(name, t.dtype, t.shape, bytes)]])];
}

it('a walk after a model was opened is cut for the rate that products were measured at, and comes to the same bits', async () => {
  const [rows, width] = [320, 256];
  const llama = { model_type: 'llama', hidden_size: width, num_hidden_layers: 1, num_attention_heads: 4 };
  const model = madeUpModel({ ...llama, intermediate_size: width, vocab_size: 64 }, () => 'F16');
  const tree = scored([Array.from({ length: rows }, (_, i) => (i * 7) % 64)]);
  const device = await sharedGpu();
  const first = async (gflops: number | undefined) => {
    const rates = { ...RATES, gflops: gflops === undefined ? {} : { [RATES.choice.matmul]: gflops } };
    const opened = await Engine.open(device, ...model, { rates });
    const recorded = vi.spyOn(opened.machine.recorder, 'dispatch');
    const submitted = vi.spyOn(device.device.queue, 'submit');
    try {
      const { branches } = await opened.walk(tree, [FULL]);
      return {
        dispatches: recorded.mock.calls.length,
        submits: submitted.mock.calls.length,
        bits: branches[0].logprob,
      };
    } finally {
      submitted.mockRestore();
      opened.dispose();
    }
  };
  const whole = await first(1e6);
  const card = await first(2000);
  expect(card).toEqual(whole);
  // 320 rows of 256 by 768 and by 512 columns are 63 and 42 million multiply-adds: of those, 18 at once.
  const unknown = await first(undefined);
  expect(unknown.dispatches).toBeGreaterThan(card.dispatches + 3);
  expect(unknown.submits).toBeGreaterThan(card.submits);
  expect(unknown.bits).toEqual(card.bits);
});
