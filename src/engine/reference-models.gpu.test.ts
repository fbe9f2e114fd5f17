import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorInfo } from '../formats/tensor';
import type { Gpu } from '../gpu/gpu';
import { parseConfig } from '../model/config';
import { describe as describeModel } from '../model/describe';
import { FULL, without } from './branch';
import { Engine } from './engine';
import { packTokens } from './pack';
import { download, hasModels, openModel, RATES, readJson, sharedGpu, tensorOf, worst } from './testing/gpu';

let gpu: Gpu;
beforeAll(async () => {
  if (hasModels) gpu = await sharedGpu();
});

const whole = (ids: readonly number[]) => packTokens([{ ids, scoreFrom: ids.length }]);

describe.skipIf(!hasModels)('every logit of every row, as other programs compute them', () => {
  it.each(['stories260K', 'tiny-random-gpt2'])('%s to 2e-3', async (folder) => {
    const { ids, logits } = readJson(`${folder}/reference.json`) as { ids: number[]; logits: number[][] };
    const engine = await openModel(gpu, folder);
    // Equal tokens in a row are different rows: positions differ.
    const { branches } = await engine.walk(whole(ids), [FULL], { logitRows: ids.map((_, i) => i) });
    let error = 0;
    for (const [i, row] of logits.entries()) error = Math.max(error, worst(branches[0].logits[i], row));
    console.log(`${folder}: largest error of a logit ${error.toExponential(1)}`);
    expect(error).toBeLessThan(2e-3);
    engine.dispose();
  });
});

interface Published {
  readonly shape: number[];
  readonly data: string;
}
const floats = (t: Published): Float32Array<ArrayBuffer> =>
  new Float32Array(Uint8Array.from(Buffer.from(t.data, 'base64')).buffer);

/** minGPT's checkpoint as GPT-2's: its linear layers hold [outputs, inputs], GPT-2's Conv1D the transpose. */
function sorter(): Parameters<typeof Engine.open> {
  const published = readJson('gpt-nano-sort/gpt-nano-sort-model.json') as Record<string, Published>;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, t] of Object.entries(published)) {
    if (!t.data || name.endsWith('.attn.bias')) continue; // the causal mask
    let values = floats(t);
    let { shape } = t;
    if (/\.(c_attn|c_proj|c_fc)\.weight$/.test(name)) {
      const [outputs, inputs] = shape;
      values = Float32Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)]);
      shape = [inputs, outputs];
    }
    tensors.set(name, tensorOf(name, 'F32', shape, new Uint8Array(values.buffer)));
  }
  const config = {
    model_type: 'gpt2',
    n_embd: 48,
    n_layer: 3,
    n_head: 3,
    n_positions: 11,
    vocab_size: 3,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: false,
  };
  return [gpu, describeModel(parseConfig(JSON.stringify(config)), tensors), tensors, { rates: RATES }];
}

describe.skipIf(!hasModels)('gpt-nano-sort, a trained sorter: what every step leaves, to 1e-4', () => {
  /** For each walk: what to leave out, and which working buffers then hold which published activation. */
  const WALKS: readonly [string, readonly number[], Record<string, string>][] = [
    ['the embedding', [0, 1, 2, 3, 4, 5], { stream: 'x' }],
    ['attention 0', [1, 2, 3, 4, 5], { x: 'ln1', qkv: 'qkv', mixed: 'y', stream: 'attnResid' }],
    ['feed-forward 0', [2, 3, 4, 5], { x: 'ln2', hidden: 'gelu', stream: 'mlpResid' }],
    ['block 0', [2, 3, 4, 5], { stream: 'block0' }],
    ['block 1', [4, 5], { stream: 'block1' }],
    ['block 2', [], { stream: 'block2', headIn: 'ln_f' }],
  ];
  let engine: Engine;
  let partials: Record<string, Published>;
  let texts: number[][];
  beforeAll(async () => {
    engine = await Engine.open(...sorter());
    partials = readJson('gpt-nano-sort/gpt-nano-sort-t0-partials.json');
    const ids = floats(partials.idx);
    texts = [0, 1, 2].map((i) => Array.from(ids.subarray(11 * i, 11 * (i + 1))));
  });

  it.each(WALKS)('%s', async (_, drop, buffers) => {
    let error = 0;
    for (const [s, ids] of texts.entries()) {
      const { branches } = await engine.walk(whole(ids), [without(drop)], { logitRows: ids.map((_, i) => i) });
      for (const [buffer, name] of Object.entries(buffers)) {
        const all = floats(partials[name]);
        const want = all.subarray((s * all.length) / 3, ((s + 1) * all.length) / 3);
        const got = await download(engine.machine.recorder, engine.machine.scratch.get(buffer));
        error = Math.max(error, worst(got.subarray(0, want.length), want));
      }
      if (drop.length === 0) {
        const want = floats(partials.lm_head).subarray(33 * s, 33 * (s + 1));
        error = Math.max(
          error,
          worst(
            branches[0].logits.flatMap((l) => Array.from(l)),
            want,
          ),
        );
      }
    }
    console.log(`gpt-nano-sort, ${_}: largest error ${error.toExponential(1)}`);
    expect(error).toBeLessThan(1e-4);
  });

  it('sorts', async () => {
    const decoder = await engine.decoder(FULL, [[2, 0, 1, 2, 1, 0]], 5);
    const sorted: number[] = [];
    while (sorted.length < 6) {
      const { logits } = decoder;
      sorted.push(logits[0].indexOf(Math.max(...logits[0])));
      if (sorted.length < 6) await decoder.step([{ sequence: 0, id: sorted.at(-1)! }]);
    }
    expect(sorted).toEqual([0, 0, 1, 1, 2, 2]);
    decoder.dispose();
    engine.dispose();
  });
});
