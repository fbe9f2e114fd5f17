import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, expect, describe as suite, test } from 'vitest';
import { openFolder } from '../formats/node';
import { openWeights } from '../formats/safetensors';
import type { Gpu } from '../gpu/gpu';
import { parseConfig } from '../model/config';
import { describe } from '../model/describe';
import { sublayerIndex, type UnitKind, unitsOf } from '../model/units';
import { chooseKernels, type KernelRates } from './autotune';
import { FULL, without } from './branch';
import { Engine, type OpenOptions } from './engine';
import { KINDS, meansOf, mergeStatistics, type UnitStatistics, type WalkStatistics } from './observers/statistics';
import { unitStatistics } from './observers/units';
import { packTokens } from './pack';
import { sharedGpu } from './testing/gpu';

const MODELS = '../shared/data/models';
const here = existsSync(MODELS);
if (!here) console.log(`skipped: ${MODELS} is not here`);

let gpu: Gpu;
/** Measured once, as a lab does, and not for each model. */
let rates: KernelRates;
beforeAll(async () => {
  gpu = await sharedGpu();
  rates = await chooseKernels(gpu);
});

export async function openModel(folder: string, options: OpenOptions = {}): Promise<Engine> {
  const files = await openFolder(`${MODELS}/${folder}`);
  const tensors = await openWeights(files);
  return Engine.open(gpu, describe(parseConfig(await files.text('config.json')), tensors), tensors, {
    rates,
    ...options,
  });
}

const golden = (folder: string, file = 'golden.json') =>
  JSON.parse(readFileSync(`${MODELS}/${folder}/${file}`, 'utf8'));
const scored = (windows: number[][]) => packTokens(windows.map((ids) => ({ ids, scoreFrom: 1 })));
const meanNll = (logprob: Float32Array) => -logprob.reduce((a, b) => a + b, 0) / logprob.length;
/** Means over every predicted token of every window; equal prefixes of windows count as often as they occur. */
const lossOf = (tree: ReturnType<typeof scored>, logprob: Float32Array) =>
  meanNll(Float32Array.from(tree.pairs.flatMap((p) => Array.from(p, (i) => logprob[i]))));

const MODELS_WITH_GOLDEN = [
  'stories260K',
  'random/llama',
  'random/mistral',
  'random/qwen2',
  'random/qwen3',
  'random/gpt_neox',
  'random/gpt2',
  'random/gemma2',
  'random/gemma3_text',
  'random/phi3',
  'random/olmo2',
  'random/smollm3',
  'random/granite',
  'random/opt',
];

suite.skipIf(!here).each(here ? MODELS_WITH_GOLDEN : [])('%s agrees with its golden values', (folder) => {
  const g = golden(folder);

  test.each(['never', 'always'] as const)('streaming %s: loss, first window, last logits', async (streaming) => {
    const engine = await openModel(folder, { streaming });
    const tree = scored(g.windows);
    const last = tree.lastRows[0];
    const { branches } = await engine.walk(tree, [FULL], { logitRows: [last] });
    const loss = lossOf(tree, branches[0].logprob);
    expect(Math.abs(loss - g.loss) / g.loss).toBeLessThan(1e-4);
    g.token_nll_first_window.forEach((nll: number, i: number) => {
      expect(-branches[0].logprob[tree.pairs[0][i]]).toBeCloseTo(nll, 3);
    });
    g.last_logits_first_window.forEach((z: number, i: number) => {
      expect(Math.abs(branches[0].logits[0][i] - z)).toBeLessThan(2e-4);
    });
    engine.dispose();
    expect(engine.memory()).toMatchObject({ weights: 0, activations: 0, cache: 0 });
  });

  test('static influence to 1e-3 relative, of every unit by every metric', async () => {
    const engine = await openModel(folder);
    // Equal prefixes would be merged and counted once: each window is walked alone.
    const parts: WalkStatistics[] = [];
    for (const window of g.windows) {
      const { observed } = await engine.walk(scored([window]), [FULL], {
        observe: [{ branch: 0, observer: unitStatistics('sums') }],
      });
      parts.push(observed[0]);
    }
    const means = meansOf(mergeStatistics(parts));
    for (const kind of KINDS) {
      g.static[kind].forEach((unit: Record<string, number>, i: number) => {
        for (const [name, value] of Object.entries(unit)) {
          expect(
            Math.abs(means[kind][i][name as keyof UnitStatistics] / value - 1),
            `${kind} ${i} ${name}`,
          ).toBeLessThan(1e-3);
        }
      });
    }
    engine.dispose();
  });

  test.each(['block', 'sublayer'] as UnitKind[])(
    'leave-one-out loss and logit distance of every %s to 1e-4',
    async (unit) => {
      const engine = await openModel(folder);
      const units = unitsOf(engine.model.blocks, unit);
      const masks = units.map((u) => without(u.map(sublayerIndex)));
      const sums = units.map(() => ({ nll: 0, distance: 0, rows: 0 }));
      // A window a walk, as a longer text is cut: the sums are put together here.
      for (const window of g.windows) {
        const { branches } = await engine.walk(scored([window]), masks, { logitDistance: true });
        for (const [i, { logprob, logitDistance }] of branches.entries()) {
          sums[i].nll -= logprob.reduce((a, b) => a + b, 0);
          sums[i].distance += logitDistance!.sum;
          sums[i].rows += logitDistance!.rows;
        }
      }
      sums.forEach(({ nll, distance, rows }, i) => {
        const { loss, logit } = g.leave_one_out[unit][i];
        expect(Math.abs(nll / rows - loss), `${unit} ${i} loss`).toBeLessThan(1e-4);
        expect(Math.abs(distance / rows - logit), `${unit} ${i} distance`).toBeLessThan(1e-4);
      });
      engine.dispose();
    },
  );
});
