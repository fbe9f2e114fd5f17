import * as v from 'valibot';
import { plainActivation } from '../activations';
import {
  commonFacts,
  innerWidth,
  layers,
  maybe,
  positive,
  readKeys,
  required,
  SIZE_KEYS,
  split,
  tokens,
  width,
} from '../config-keys';
import { eachBlock, layerNorm, linear } from '../parts';
import type { LinearSpec } from '../spec';
import type { Architecture } from './architecture';

/** Its own names, beside those that all others go by. */
const KEYS = {
  ...SIZE_KEYS,
  n_layer: maybe(layers),
  n_embd: maybe(width),
  n_head: maybe(width),
  n_inner: maybe(innerWidth),
  n_positions: maybe(tokens),
  layer_norm_epsilon: maybe(positive),
  activation_function: maybe(v.string()),
};

/** GPT-2: learned positions; Conv1D weights, published [inputs, outputs]. */
export const gpt2: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    const width = required(raw.n_embd ?? raw.hidden_size, 'n_embd');
    const heads = required(raw.n_head ?? raw.num_attention_heads, 'n_head');
    return {
      ...commonFacts(raw, { tied: true }),
      blocks: required(raw.n_layer ?? raw.num_hidden_layers, 'n_layer'),
      width,
      heads,
      kvHeads: heads,
      headDim: split(width, heads, 'n_embd'),
      rotaryDim: 0,
      ropeTheta: 0,
      ffnWidth: raw.n_inner ?? undefined,
      context: raw.n_positions ?? raw.max_position_embeddings ?? 1024,
      normEps: raw.layer_norm_epsilon ?? 1e-5,
      activation: raw.activation_function ?? 'gelu_new',
      parallelResidual: false,
      attentionBias: true,
      mlpBias: true,
    };
  },
  ffnWidth: (tensors) =>
    (tensors.get('h.0.mlp.c_fc.weight') ?? tensors.get('transformer.h.0.mlp.c_fc.weight'))?.shape[1],
  parts(c, has) {
    const root = has('transformer.wpe.weight') ? 'transformer.' : '';
    return {
      embedding: `${root}wte.weight`,
      positions: `${root}wpe.weight`,
      sublayers: eachBlock(c, (block) => {
        const named = (name: string) => `${root}h.${block}.${name}`;
        const norm = (name: string) => layerNorm(named(name), c.normEps);
        const conv = (name: string, outputs: number, inputs: number): LinearSpec => ({
          ...linear([named(name)], [outputs], inputs, true),
          transposed: true,
        });
        return [
          {
            kind: 'attn',
            block,
            norm: norm('ln_1'),
            qkv: conv('attn.c_attn', 3 * c.width, c.width),
            out: conv('attn.c_proj', c.width, c.width),
          },
          {
            kind: 'ffn',
            block,
            norm: norm('ln_2'),
            up: conv('mlp.c_fc', c.ffnWidth, c.width),
            gated: false,
            down: conv('mlp.c_proj', c.width, c.ffnWidth),
          },
        ];
      }),
      finalNorm: layerNorm(`${root}ln_f`, c.normEps),
      head: c.tied ? `${root}wte.weight` : 'lm_head.weight',
      qkvInterleaved: false,
      activation: plainActivation(c.activation),
    };
  },
};
