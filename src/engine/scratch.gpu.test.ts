import { beforeAll, describe, expect, it } from 'vitest';
import { type Buffer, Gpu, type MemoryUse } from '../gpu/gpu';
import { FULL, without } from './branch';
import { Engine } from './engine';
import type { KernelChoice } from './kernels/dispatcher';
import { ALL_ROWS } from './kernels/linear';
import { hasModels, numbers, openModel, RATES, scored, sharedGpu } from './testing/gpu';
import { madeUpModel } from './testing/made-up-model';

/** Whose working memory and caches are longer than was asked for, and full of what nobody wrote: numbers that are none. */
class UnwipedGpu extends Gpu {
  override async allocate(label: string, bytes: number, use: MemoryUse, usage?: number): Promise<Buffer> {
    // The room where sums in parts wait is among the weights, which may lie there widened.
    if (use === 'weights' && label !== 'widened weights') return super.allocate(label, bytes, use, usage);
    const buffer = await super.allocate(label, bytes + 1024, use, usage);
    this.device.queue.writeBuffer(buffer.raw, 0, new Uint32Array(buffer.bytes / 4).fill(0x7fc0_0000));
    return buffer;
  }
}

/** Whose sums over what is wide are in parts, where products may be. */
const WIDE = 'wide';
const WIDE_CONFIG = {
  ...{ model_type: 'llama', hidden_size: 40, num_attention_heads: 5, num_key_value_heads: 1, intermediate_size: 530 },
  ...{ num_hidden_layers: 2, vocab_size: 130 },
};

const CHOICES = {
  'scores in memory': RATES.choice,
  'no scores in memory': { ...RATES.choice, threads: 64, flash: { steps: true, texts: true } },
  'small tiles, sums in parts, matvecs of some rows': {
    ...{ matmul: 'matmul_workgroup', matvec: 'matvec_workgroup', together: 4, fewRows: 4, smallRows: ALL_ROWS },
    ...{ groups: 16, threads: 64, flash: { steps: true, texts: true }, anyEpilogue: true },
  },
} as const satisfies Record<string, KernelChoice>;

const CASES: readonly (readonly [model: string, way: keyof typeof CHOICES])[] = [
  ['stories260K', 'scores in memory'],
  ['random/gemma2', 'scores in memory'],
  ['random/gpt_neox', 'scores in memory'],
  ['random/olmo2', 'scores in memory'],
  ['stories260K', 'no scores in memory'],
  ['random/gemma2', 'no scores in memory'],
  [WIDE, 'small tiles, sums in parts, matvecs of some rows'],
];

const open = (gpu: Gpu, name: string, rates: typeof RATES): Promise<Engine> =>
  name === WIDE
    ? Engine.open(gpu, ...madeUpModel(WIDE_CONFIG, () => 'BF16'), { rates })
    : openModel(gpu, name, { rates });

const text = (count: number, seed: number): number[] => {
  const next = numbers(seed);
  return Array.from({ length: count }, () => 3 + Math.floor((next() + 1) * 60));
};
const TEXTS = [text(21, 1), text(34, 2), text(9, 3)];
const NEW = 4;

/** Log-probabilities of two branches, and what three texts come to that are continued, together or each alone. */
async function everything(engine: Engine, groups: readonly (readonly number[])[]) {
  const walked = await engine.walk(scored(TEXTS), [FULL, without([1])], { logitDistance: true });
  const logits: number[][] = [];
  for (const group of groups) {
    const decoder = await engine.decoder(
      FULL,
      group.map((t) => TEXTS[t].slice(0, -NEW)),
      NEW,
    );
    for (let i = 0; i < NEW; i++) {
      await decoder.step(group.map((t, sequence) => ({ sequence, id: TEXTS[t].at(i - NEW)! })));
    }
    logits.push(...decoder.logits.map((l) => Array.from(l)));
    decoder.dispose();
  }
  return { walked: walked.branches.map((b) => Array.from(b.logprob)), logits };
}

describe.skipIf(!hasModels)('what lies in working memory before, and past what was asked for', () => {
  let wiped: Gpu;
  let unwiped: Gpu;
  beforeAll(async () => {
    wiped = await sharedGpu();
    unwiped = new UnwipedGpu(wiped.device, wiped.facts);
  });

  it.each(CASES)('changes no bit of a walk or a continuation, nor do texts beside it: %s, %s', async (name, way) => {
    const rates = { ...RATES, choice: CHOICES[way] };
    const [clean, full] = [await open(wiped, name, rates), await open(unwiped, name, rates)];
    const want = await everything(clean, [[0], [1], [2]]);
    expect(want.logits.flat().every(Number.isFinite)).toBe(true);
    expect(await everything(full, [[0, 1, 2]])).toEqual(want);
    expect(await everything(full, [[0, 1, 2]])).toEqual(want); // a second time, in what the first has left
    clean.dispose();
    full.dispose();
  });
});
