import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LopperError } from '../../errors';
import { expectFailure } from '../../formats/testing';
import type { Gpu } from '../../gpu/gpu';
import { Recorder } from '../../gpu/recorder';
import { fitMean } from '../../recovery/fit';
import type { Placed, RecoveredUnit } from '../../recovery/module';
import {
  type AdamState,
  initAdam,
  moduleOf,
  PLAIN_RATES,
  type Rates,
  rateAt,
  type Schedule,
  tensorsOf,
} from '../../recovery/training';
import { FULL, named, replacing, without } from '../branch';
import type { Aim } from '../contract';
import { Engine } from '../engine';
import { momentsOf } from '../observers/moments';
import { hasModels, openModel, RATES, readJson, readModel, scored, sharedGpu, tensorOf, worst } from '../testing/gpu';
import { madeUpModel } from '../testing/made-up-model';

const MODELS = ['stories260K', ...['llama', 'mistral', 'qwen2', 'qwen3', 'gpt_neox', 'gpt2'].map((n) => `random/${n}`)];

interface Packed {
  readonly unit: readonly [number | 'block', 'attn' | 'ffn' | number];
  readonly rank: number;
  readonly A: number[][];
  readonly B: number[][];
  readonly bias: number[];
}

interface Case {
  readonly objective: keyof typeof AIMS;
  readonly schedule: Schedule;
  readonly lr: number;
  readonly steps: number;
  readonly start: string;
  readonly rates?: Rates[];
  readonly losses: number[];
  readonly end: Packed[];
}

const AIMS = {
  mse_full: { kind: 'match', on: 'full' },
  mse_own: { kind: 'match', on: 'own' },
  sft: { kind: 'sft' },
  kl: { kind: 'kl', temperature: 1 },
} as const satisfies Record<string, Aim>;

const placed = ({ unit: [a, b], rank, A, B, bias }: Packed): Placed => ({
  unit: (a === 'block' ? { kind: 'block', block: b } : { kind: b, block: a }) as RecoveredUnit,
  module: moduleOf({
    bias: Float32Array.from(bias),
    ...(rank > 0 && { a: Float32Array.from(A.flat()), b: Float32Array.from(B.flat()) }),
  }),
});

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});
afterAll(() => {
  expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
});

/** Takes the steps of a case. */
async function train(
  engine: Engine,
  windows: number[][],
  { schedule, lr, steps, rates, objective }: Case,
  start: Packed[],
  taken = steps,
) {
  const trees = windows.map((window) => scored([window])); // a tree each: windows may begin alike
  let state: AdamState = initAdam(start.map(placed), rates ?? start.map(() => PLAIN_RATES));
  const trainer = await engine.trainer(state, AIMS[objective]);
  const losses = [];
  try {
    for (let step = 1; step <= taken; step++) {
      const next = await trainer.step(trees, rateAt(schedule, lr, step, steps));
      losses.push(next.loss);
      state = next.state!;
    }
    losses.push(await trainer.loss(trees));
  } finally {
    trainer.dispose();
  }
  return { losses, state };
}

const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

/** Losses and the numbers of the first module, within the bounds of ../shared/data/README.md. */
function expectGolden(
  { losses, state }: Awaited<ReturnType<typeof train>>,
  { losses: want, end, rates, steps, objective }: Case,
): void {
  const bound = 2e-3 * Math.abs(want[0]! - want[steps]!) + 1e-7;
  for (const [i, loss] of want.entries()) {
    expect(Math.abs(losses[i]! - loss), `${objective}: loss ${i}`).toBeLessThan(bound);
  }
  const [got, wanted] = [tensorsOf(state.adapters[0]!.module), tensorsOf(placed(end[0]!).module)];
  for (const [i, name] of (['a', 'b', 'bias'] as const).entries()) {
    if (!wanted[name]) continue;
    const apart = Array.from(wanted[name], (v, k) => got[name]![k]! - v);
    const rate = (rates?.[0] ?? PLAIN_RATES)[i];
    expect(rms(apart), `${objective}: ${name}`).toBeLessThan(1e-3 * rate);
    expect(Math.max(...apart.map(Math.abs)), `${objective}: ${name}`).toBeLessThan(5e-3 * rate);
  }
}

describe.skipIf(!hasModels)('twenty steps of AdamW come to where the oracle came', () => {
  // Each of the oracle's seven runs on one of its seven models, every other one with streamed weights.
  it.each(MODELS.map((name, i) => [name, i, i % 2 ? 'always' : 'never'] as const))(
    '%s, run %i',
    async (name, i, streaming) => {
      const g = readJson(`${name}/recovery.json`);
      const one = g.training[i] as Case;
      const engine = await openModel(gpu, name, { streaming });
      expectGolden(await train(engine, g.windows_short, one, g.starts[one.start]), one);
      engine.dispose();
    },
  );
});

describe.skipIf(!hasModels)('the first steps with streamed weights are the oracle’s too', () => {
  // Those models that are resident above.
  it.each(MODELS.map((name, i) => [name, i] as const).filter(([, i]) => i % 2 === 0))('%s, run %i', async (name, i) => {
    const g = readJson(`${name}/recovery.json`);
    const one = g.training[i] as Case;
    const engine = await openModel(gpu, name, { streaming: 'always' });
    const { losses } = await train(engine, g.windows_short, one, g.starts[one.start], 2);
    const bound = 2e-3 * Math.abs(one.losses[0]! - one.losses[one.steps]!) + 1e-7;
    for (const [k, loss] of losses.entries()) expect(Math.abs(loss - one.losses[k]!), `loss ${k}`).toBeLessThan(bound);
    engine.dispose();
  });
});

describe('a step of training', () => {
  it('comes to the same bits however slow the adapter was found to be', async () => {
    // Wider than what one dispatch has at least, in every direction.
    const config = { hidden_size: 72, num_attention_heads: 3, intermediate_size: 150, num_hidden_layers: 2 };
    const [spec, tensors] = madeUpModel({ model_type: 'llama', vocab_size: 300, ...config }, () => 'F32');
    const engine = await Engine.open(gpu, spec, tensors, { rates: RATES });
    const windows = [70, 9].map((length, s) => Array.from({ length }, (_, i) => (7 * i * i + 31 * s + 3) % 300));
    const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i) / 9);
    const module = moduleOf({ bias: numbers(72), a: numbers(3 * 72), b: numbers(72 * 3) });
    const state = initAdam([{ unit: { kind: 'attn', block: 0 }, module }], [PLAIN_RATES]);
    const step = async () => {
      const trainer = await engine.trainer(state, AIMS.sft);
      const next = await trainer.step([scored(windows)], 1e-3);
      trainer.dispose();
      return next;
    };
    const patient = await step();
    const slow = vi.spyOn(Recorder.prototype, 'maxWork', 'get').mockReturnValue(1);
    try {
      expect(await step()).toEqual(patient);
    } finally {
      slow.mockRestore();
    }
    engine.dispose();
  });
});

describe.skipIf(!hasModels)('a unit that adds the same everywhere', () => {
  it('is undone by what is fitted in its place', async () => {
    const [spec, tensors] = await readModel('random/gpt2');
    const name = [...tensors.keys()].find((key) => key.endsWith('h.1.mlp.c_proj.weight'))!;
    const { dtype, shape, start, end } = tensors.get(name)!;
    const constant = new Map(tensors).set(name, tensorOf(name, dtype, shape, new Uint8Array(end - start)));
    const engine = await Engine.open(gpu, spec, constant, { rates: RATES });
    const [unit] = [{ block: 1, kind: 'ffn' } as const];
    const tree = scored(readJson('random/gpt2/recovery.json').windows_short);
    const [full] = (await engine.walk(tree, [FULL])).branches;
    const { observed } = await engine.walk(tree, [FULL], { observe: [{ branch: 0, observer: momentsOf([unit]) }] });
    const mean = named(fitMean(observed[0]));
    const [dropped, recovered] = (await engine.walk(tree, [without([3]), replacing([[3, mean]])])).branches;
    expect(worst(dropped!.logprob, full!.logprob)).toBeGreaterThan(1e-3);
    expect(worst(recovered!.logprob, full!.logprob)).toBeLessThan(1e-5);
    engine.dispose();
  });
});

describe.skipIf(!hasModels)('a rank for which there is no room', () => {
  it('is refused with the rank that fits, and nothing stays behind', async () => {
    const engine = await openModel(gpu, 'random/llama');
    const { width } = engine.model;
    const unit = { kind: 'attn', block: 1 } as const;
    const bias = new Float32Array(width);
    const map = { rank: 40, a: new Float32Array(40 * width).fill(0.1), b: new Float32Array(width * 40) };
    const state = initAdam([{ unit, module: { strength: 1, bias, map } }], [PLAIN_RATES]);
    const room = gpu.memory().weights + 20 * 4 * 4 * 2 * width;
    const { allocate } = gpu;
    const short = vi.spyOn(gpu, 'allocate').mockImplementation(async (label, bytes, use, usage) => {
      if (gpu.memory().weights + bytes > room) throw new LopperError('out-of-memory', `no room for ${label}`, 'None.');
      return allocate.call(gpu, label, bytes, use, usage);
    });
    const before = gpu.memory();
    try {
      const failure = await expectFailure(engine.trainer(state, AIMS.sft), 'out-of-memory', 'maps of rank 40');
      const rank = Number(/rank (\d+) or less/.exec(failure.remedy)?.[1]);
      expect(rank).toBeGreaterThan(8);
      expect(rank).toBeLessThanOrEqual(20);
    } finally {
      short.mockRestore();
    }
    expect(gpu.memory().activations).toBe(before.activations);
    engine.dispose();
  });
});
