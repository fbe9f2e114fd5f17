/** Llama's family: separate projections, gated feed-forward layers, RMS norms. */
import * as v from 'valibot';
import { gatedActivation } from '../activations';
import { commonFacts, invalid, type Keys, maybe, positive, required, SIZE_KEYS, split, width } from '../config-keys';
import { eachBlock, linear, rmsNorm, sightOf } from '../parts';
import { ROPE_KEYS, ropeFacts } from '../rope';
import type { NormSpec } from '../spec';
import type { ConfigFacts, Parts, Sized } from './architecture';

export const GATED_KEYS = {
  ...SIZE_KEYS,
  ...ROPE_KEYS,
  num_key_value_heads: maybe(width),
  head_dim: maybe(width),
  rms_norm_eps: maybe(positive),
  hidden_act: maybe(v.string()),
  attention_bias: maybe(v.boolean()),
};

/** What the keys say that the family shares. `context`, `headDim`, `theta`, `eps`: where the config names none. */
export function gatedFacts(
  raw: Keys<typeof GATED_KEYS>,
  defaults: {
    readonly context: number;
    readonly headDim?: number;
    readonly theta?: number;
    readonly eps?: number;
    readonly tied?: boolean;
  },
): ConfigFacts {
  const width = required(raw.hidden_size, 'hidden_size');
  const heads = required(raw.num_attention_heads, 'num_attention_heads');
  const blocks = required(raw.num_hidden_layers, 'num_hidden_layers');
  const kvHeads = raw.num_key_value_heads ?? heads;
  if (heads % kvHeads !== 0) {
    throw invalid(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}`);
  }
  const headDim = raw.head_dim ?? defaults.headDim ?? split(width, heads, 'hidden_size');
  const context = raw.max_position_embeddings ?? defaults.context;
  return {
    ...commonFacts(raw, { tied: defaults.tied }),
    ...ropeFacts(raw, headDim, { context, theta: defaults.theta }),
    blocks,
    width,
    heads,
    kvHeads,
    headDim,
    ffnWidth: required(raw.intermediate_size, 'intermediate_size'),
    normEps: raw.rms_norm_eps ?? defaults.eps ?? 1e-6,
    activation: raw.hidden_act ?? 'silu',
    parallelResidual: false,
    attentionBias: raw.attention_bias ?? false,
    mlpBias: false,
  };
}

/** The norms of a sublayer, by their names in a block: of what it reads, and of what it comes to. */
interface NormNames {
  readonly before?: string;
  readonly after?: string;
}

/** Where a member of the family departs from Llama. */
export interface GatedSwitches {
  /** Where it is not as `attentionBias`. */
  readonly outBias?: boolean;
  /** Norms of queries and keys: of each head, or of all heads at once. */
  readonly qkNorm?: 'head' | 'whole';
  readonly norms?: { readonly attn: NormNames; readonly ffn: NormNames };
  /** What norm weights stand above what is stored. */
  readonly normOffset?: number;
  /** q, k and v are one tensor, and gate and up another. */
  readonly fused?: boolean;
}

const LLAMA_NORMS = { attn: { before: 'input_layernorm' }, ffn: { before: 'post_attention_layernorm' } };

/** The family's tensors. */
export function gatedParts(c: Sized, switches: GatedSwitches = {}): Parts {
  const { outBias = c.attentionBias, qkNorm, norms = LLAMA_NORMS, normOffset: offset, fused } = switches;
  const queries = c.heads * c.headDim;
  const keys = c.kvHeads * c.headDim;
  const norm = (name: string, scale?: number): NormSpec => ({ ...rmsNorm(name, c.normEps), offset, scale });
  return {
    embedding: 'model.embed_tokens.weight',
    sublayers: eachBlock(c, (block) => {
      const named = (name: string) => `model.layers.${block}.${name}`;
      const projections = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'].map(named);
      const gateAndUp = ['mlp.gate_proj', 'mlp.up_proj'].map(named);
      const around = ({ before, after }: NormNames) => ({
        norm: before ? norm(named(before)) : undefined,
        normAfter: after ? norm(named(after), c.updateScale) : undefined,
      });
      const back = (name: string, inputs: number, biased: boolean, { after }: NormNames) => ({
        ...linear([named(name)], [c.width], inputs, biased),
        scale: after ? undefined : c.updateScale,
      });
      return [
        {
          kind: 'attn',
          block,
          ...around(norms.attn),
          qkv: fused
            ? linear([named('self_attn.qkv_proj')], [queries + 2 * keys], c.width, c.attentionBias)
            : linear(projections, [queries, keys, keys], c.width, c.attentionBias),
          out: back('self_attn.o_proj', queries, outBias, norms.attn),
          qNorm: qkNorm && norm(named('self_attn.q_norm')),
          kNorm: qkNorm && norm(named('self_attn.k_norm')),
          ...sightOf(c, block),
        },
        {
          kind: 'ffn',
          block,
          ...around(norms.ffn),
          up: fused
            ? linear([named('mlp.gate_up_proj')], [2 * c.ffnWidth], c.width, c.mlpBias)
            : linear(gateAndUp, [c.ffnWidth, c.ffnWidth], c.width, c.mlpBias),
          gated: true,
          down: back('mlp.down_proj', c.ffnWidth, c.mlpBias, norms.ffn),
        },
      ];
    }),
    finalNorm: norm('model.norm', c.logitScale),
    head: c.tied ? 'model.embed_tokens.weight' : 'lm_head.weight',
    qkvInterleaved: false,
    qkNorm,
    activation: gatedActivation(c.activation),
  };
}
