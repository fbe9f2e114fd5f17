import { beforeAll, describe, expect, it } from 'vitest';
import { DTYPES, type Dtype, isInBlocks } from '../formats/dtypes';
import type { TensorMap } from '../formats/tensor';
import type { Gpu } from '../gpu/gpu';
import type { ModelSpec } from '../model/spec';
import { FULL, without } from './branch';
import { Engine } from './engine';
import { formOf } from './matrix-parts';
import { numbers, RATES, scored, sharedGpu, worst } from './testing/gpu';
import { madeUpModel } from './testing/made-up-model';
import { logSoftmax } from './testing/oracle';
import { forward, readValues } from './testing/oracle-model';

/** Log-probabilities of models of a few dozen channels: rounding leaves some 1e-6. */
const TOLERANCE = 5e-5;

const SIZES = { vocab_size: 61, max_position_embeddings: 64, num_hidden_layers: 4 };

/** Between them: stacked and gated matrices, rows that are put in order, biases, tables of several types. */
const CONFIGS = {
  llama: { hidden_size: 40, num_attention_heads: 2, num_key_value_heads: 1, intermediate_size: 72 },
  qwen2: { hidden_size: 36, num_attention_heads: 3, intermediate_size: 50 },
  gpt2: { n_embd: 36, n_head: 3, n_positions: 64, n_layer: 4 },
};

const modelOf = (name: keyof typeof CONFIGS, typeOf: (tensor: string) => Dtype): [ModelSpec, TensorMap] =>
  madeUpModel({ model_type: name, tie_word_embeddings: false, ...SIZES, ...CONFIGS[name] }, typeOf);

/** Each tensor in a type of its own, in no order. */
function anyTypes(): (tensor: string) => Dtype {
  const next = numbers(5);
  const types = (Object.keys(DTYPES) as Dtype[]).filter((type) => !isInBlocks(type)); // which oracles of ../shared judge
  const chosen = new Map<string, Dtype>();
  return (tensor) => {
    const type = chosen.get(tensor) ?? types[Math.floor(64 * (next() + 1)) % types.length];
    chosen.set(tensor, type);
    return type;
  };
}

const IDS = Array.from({ length: 15 }, (_, i) => (7 * i * i + 3) % SIZES.vocab_size);
const MASKS = [FULL, without([1, 4]), without([0, 7])];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

describe.each(Object.keys(CONFIGS) as (keyof typeof CONFIGS)[])(
  '%s, every tensor stored in a type of its own',
  (name) => {
    it.each(['never', 'always'] as const)('walks and writes as the formulas say; streaming %s', async (streaming) => {
      const [spec, tensors] = modelOf(name, anyTypes());
      expect(spec.dtype.split(' + ').sort()).toEqual(['BF16', 'F16', 'F32']);
      expect(new Set(spec.sublayers.map((s) => formOf(s, tensors))).size).toBeGreaterThan(3);
      const values = await readValues(tensors);
      const engine = await Engine.open(gpu, spec, tensors, { rates: RATES, streaming });
      for (let walk = 0; walk < 2; walk++) {
        const { branches } = await engine.walk(scored([IDS]), MASKS);
        for (const [i, mask] of MASKS.entries()) {
          const rows = forward(spec, values, IDS, new Set(mask.left.keys()));
          const want = IDS.slice(1).map((id, row) => rows[row][id]);
          expect(worst(branches[i].logprob, want)).toBeLessThan(TOLERANCE);
        }
      }
      const decoder = await engine.decoder(MASKS[1], [IDS.slice(0, 10)], 3);
      for (let length = 10; length < 13; length++) {
        const want = forward(spec, values, IDS.slice(0, length), new Set(MASKS[1].left.keys())).at(-1)!;
        expect(worst(logSoftmax(Array.from(decoder.logits[0])), want)).toBeLessThan(TOLERANCE);
        await decoder.step([{ sequence: 0, id: IDS[length] }]);
      }
      decoder.dispose();
      engine.dispose();
      expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
    });
  },
);

it('norms and head in F32 beside matrices in BF16, as many are published: nothing else takes more memory', async () => {
  const isFine = (tensor: string) => tensor.includes('norm') || tensor === 'lm_head.weight';
  const opened = async (typeOf: (tensor: string) => Dtype) => {
    const [spec, tensors] = modelOf('llama', typeOf);
    const engine = await Engine.open(gpu, spec, tensors, { rates: RATES });
    const { weights } = engine.memory();
    const { branches } = await engine.walk(scored([IDS]), [FULL]);
    engine.dispose();
    return { dtype: spec.dtype, weights, logprob: branches[0].logprob };
  };
  const plain = await opened(() => 'BF16');
  const mixed = await opened((tensor) => (isFine(tensor) ? 'F32' : 'BF16'));
  expect([plain.dtype, mixed.dtype]).toEqual(['BF16', 'BF16 + F32']);
  expect(mixed.weights - plain.weights).toBe(2 * SIZES.vocab_size * 40); // two bytes more for each number of the head
  expect(worst(mixed.logprob, plain.logprob)).toBeLessThan(TOLERANCE);
});
