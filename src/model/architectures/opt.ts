import * as v from 'valibot';
import { plainActivation } from '../activations';
import { commonFacts, innerWidth, invalid, maybe, readKeys, required, SIZE_KEYS, split, width } from '../config-keys';
import { eachBlock, layerNorm, linear } from '../parts';
import type { Architecture } from './architecture';

const KEYS = {
  ...SIZE_KEYS,
  ffn_dim: maybe(innerWidth),
  activation_function: maybe(v.string()),
  word_embed_proj_dim: maybe(width),
  do_layer_norm_before: maybe(v.boolean()),
  enable_bias: maybe(v.boolean()),
  layer_norm_elementwise_affine: maybe(v.boolean()),
  _remove_final_layer_norm: maybe(v.boolean()),
};

const REMEDY = 'Choose another size of OPT: all but that of 350M are built as Lopper runs them.';

/** OPT: learned positions, the table of which has two rows before the first; layer norms and biases everywhere; ReLU. */
export const opt: Architecture = {
  read(config) {
    const raw = readKeys(KEYS, config);
    const width = required(raw.hidden_size, 'hidden_size');
    const heads = required(raw.num_attention_heads, 'num_attention_heads');
    const blocks = required(raw.num_hidden_layers, 'num_hidden_layers');
    const projected = raw.word_embed_proj_dim ?? width;
    if (projected !== width) throw invalid(`embeddings of ${projected} are projected to a width of ${width}`, REMEDY);
    if (raw.do_layer_norm_before === false) throw invalid('do_layer_norm_before is false: norms come last', REMEDY);
    if (raw.enable_bias === false || raw.layer_norm_elementwise_affine === false || raw._remove_final_layer_norm) {
      throw invalid('it has no biases or norms of the kind that OPT has', REMEDY);
    }
    return {
      ...commonFacts(raw, { tied: true }),
      blocks,
      width,
      heads,
      kvHeads: heads,
      headDim: split(width, heads, 'hidden_size'),
      rotaryDim: 0,
      ropeTheta: 0,
      ffnWidth: required(raw.ffn_dim, 'ffn_dim'),
      context: raw.max_position_embeddings ?? 2048,
      normEps: 1e-5,
      activation: raw.activation_function ?? 'relu',
      parallelResidual: false,
      attentionBias: true,
      mlpBias: true,
    };
  },
  parts: (c) => ({
    embedding: 'model.decoder.embed_tokens.weight',
    positions: 'model.decoder.embed_positions.weight',
    positionOffset: 2,
    sublayers: eachBlock(c, (block) => {
      const named = (name: string) => `model.decoder.layers.${block}.${name}`;
      const norm = (name: string) => layerNorm(named(name), c.normEps);
      const projections = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'].map(named);
      return [
        {
          kind: 'attn',
          block,
          norm: norm('self_attn_layer_norm'),
          qkv: linear(projections, [c.width, c.width, c.width], c.width, true),
          out: linear([named('self_attn.out_proj')], [c.width], c.width, true),
        },
        {
          kind: 'ffn',
          block,
          norm: norm('final_layer_norm'),
          up: linear([named('fc1')], [c.ffnWidth], c.width, true),
          gated: false,
          down: linear([named('fc2')], [c.width], c.ffnWidth, true),
        },
      ];
    }),
    finalNorm: layerNorm('model.decoder.final_layer_norm', c.normEps),
    head: c.tied ? 'model.decoder.embed_tokens.weight' : 'lm_head.weight',
    qkvInterleaved: false,
    activation: plainActivation(c.activation),
  }),
};
