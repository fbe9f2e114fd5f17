import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../gpu/gpu';
import { FULL } from '../branch';
import { packTokens } from '../pack';
import { hasModels, openModel, readJson, sharedGpu } from '../testing/gpu';

const MODELS = [
  'stories260K',
  'random/llama',
  'random/mistral',
  'random/qwen2',
  'random/qwen3',
  'random/gpt_neox',
  'random/gpt2',
];

let gpu: Gpu;
beforeAll(async () => {
  if (hasModels) gpu = await sharedGpu();
});
afterAll(() => {
  if (gpu) expect(gpu.memory()).toEqual({ weights: 0, activations: 0, cache: 0 });
});

describe.skipIf(!hasModels)('gradient influence', () => {
  it.each([
    ...MODELS.map((name) => [name, 'never'] as const),
    ['random/mistral', 'always'],
    ['random/gpt_neox', 'always'],
  ] as const)('%s: of every unit, as the oracle has it, streaming %s', async (name, streaming) => {
    const engine = await openModel(gpu, name, { streaming });
    const golden = readJson(`${name}/gradient.json`);
    const blocks = engine.model.blocks;
    const sums = { block: Array(blocks).fill(0), attn: Array(blocks).fill(0), ffn: Array(blocks).fill(0) };
    let tokens = 0;
    for (const ids of golden.windows as number[][]) {
      const tree = packTokens([{ ids, scoreFrom: 1 }]);
      const seen = await engine.gradientInfluence(tree, FULL);
      tokens += seen.tokens;
      for (let b = 0; b < blocks; b++) {
        sums.block[b] += seen.blocks[b]!;
        sums.attn[b] += seen.sublayers[2 * b]!;
        sums.ffn[b] += seen.sublayers[2 * b + 1]!;
      }
    }
    for (const kind of ['block', 'attn', 'ffn'] as const) {
      golden[kind].forEach((value: number, b: number) => {
        expect(Math.abs(sums[kind][b] / tokens / value - 1), `${kind} ${b}`).toBeLessThan(2e-3);
      });
    }
    engine.dispose();
  });
});
