import { LopperError } from '../errors';
import type { Llama3Scaling, ModelConfig } from '../formats/config';
import type { Dtype, TensorMap } from '../formats/tensor';
import type { LinearSpec, ModelSpec, NormSpec, SublayerSpec } from './spec';

type Sized = ModelConfig & { readonly ffnWidth: number };

/** The part of a description in which architectures differ: how their tensors are called and put together. */
type Family = (
  config: Sized,
  has: (tensor: string) => boolean,
) => Pick<ModelSpec, 'embedding' | 'positions' | 'sublayers' | 'finalNorm' | 'head' | 'qkvInterleaved'>;

/** Llama, Mistral and Qwen: separate projections, gated feed-forward, RMS norms. */
const llama: Family = (c) => {
  const rms = (name: string): NormSpec => ({ kind: 'rms', weight: `${name}.weight`, eps: c.normEps });
  const sublayers = eachBlock(c, (block) => {
    const p = `model.layers.${block}.`;
    const linear = (
      names: readonly string[],
      outputs: readonly number[],
      inputs: number,
      biased: boolean,
    ): LinearSpec => ({
      weights: names.map((n) => `${p}${n}.weight`),
      biases: biased ? names.map((n) => `${p}${n}.bias`) : [],
      outputs,
      inputs,
      transposed: false,
    });
    const queries = c.heads * c.headDim;
    const keys = c.kvHeads * c.headDim;
    const normed = c.modelType === 'qwen3';
    return [
      {
        kind: 'attn',
        block,
        norm: rms(`${p}input_layernorm`),
        qkv: linear(
          ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
          [queries, keys, keys],
          c.width,
          c.attentionBias,
        ),
        out: linear(['self_attn.o_proj'], [c.width], queries, c.attentionBias && c.modelType !== 'qwen2'),
        qNorm: normed ? rms(`${p}self_attn.q_norm`) : undefined,
        kNorm: normed ? rms(`${p}self_attn.k_norm`) : undefined,
      },
      {
        kind: 'ffn',
        block,
        norm: rms(`${p}post_attention_layernorm`),
        up: linear(['mlp.gate_proj', 'mlp.up_proj'], [c.ffnWidth, c.ffnWidth], c.width, c.mlpBias),
        down: linear(['mlp.down_proj'], [c.width], c.ffnWidth, c.mlpBias),
      },
    ];
  });
  return {
    embedding: 'model.embed_tokens.weight',
    sublayers,
    finalNorm: rms('model.norm'),
    head: c.tied ? 'model.embed_tokens.weight' : 'lm_head.weight',
    qkvInterleaved: false,
  };
};

/** GPT-NeoX and Pythia: one projection with q, k and v of each head side by side, biases everywhere. */
const gptNeox: Family = (c) => ({
  embedding: 'gpt_neox.embed_in.weight',
  sublayers: eachBlock(c, (block) => {
    const p = `gpt_neox.layers.${block}.`;
    const norm = (name: string) => layerNorm(`${p}${name}`, c.normEps);
    return [
      {
        kind: 'attn',
        block,
        norm: norm('input_layernorm'),
        qkv: biased(`${p}attention.query_key_value`, 3 * c.width, c.width, c.attentionBias),
        out: biased(`${p}attention.dense`, c.width, c.width, c.attentionBias),
      },
      {
        kind: 'ffn',
        block,
        norm: norm('post_attention_layernorm'),
        up: biased(`${p}mlp.dense_h_to_4h`, c.ffnWidth, c.width),
        down: biased(`${p}mlp.dense_4h_to_h`, c.width, c.ffnWidth),
      },
    ];
  }),
  finalNorm: layerNorm('gpt_neox.final_layer_norm', c.normEps),
  head: c.tied ? 'gpt_neox.embed_in.weight' : 'embed_out.weight',
  qkvInterleaved: true,
});

/** GPT-2: learned positions; Conv1D weights, published [inputs, outputs]. */
const gpt2: Family = (c, has) => {
  const root = has('transformer.wte.weight') ? 'transformer.' : '';
  return {
    embedding: `${root}wte.weight`,
    positions: `${root}wpe.weight`,
    sublayers: eachBlock(c, (block) => {
      const p = `${root}h.${block}.`;
      const conv = (name: string, outputs: number, inputs: number): LinearSpec => ({
        ...biased(`${p}${name}`, outputs, inputs),
        transposed: true,
      });
      return [
        {
          kind: 'attn',
          block,
          norm: layerNorm(`${p}ln_1`, c.normEps),
          qkv: conv('attn.c_attn', 3 * c.width, c.width),
          out: conv('attn.c_proj', c.width, c.width),
        },
        {
          kind: 'ffn',
          block,
          norm: layerNorm(`${p}ln_2`, c.normEps),
          up: conv('mlp.c_fc', c.ffnWidth, c.width),
          down: conv('mlp.c_proj', c.width, c.ffnWidth),
        },
      ];
    }),
    finalNorm: layerNorm(`${root}ln_f`, c.normEps),
    head: c.tied ? `${root}wte.weight` : 'lm_head.weight',
    qkvInterleaved: false,
  };
};

const FAMILIES: Readonly<Record<ModelConfig['modelType'], Family>> = {
  llama,
  mistral: llama,
  qwen2: llama,
  qwen3: llama,
  gpt_neox: gptNeox,
  gpt2,
};

/** A description that knows nothing yet of the files: all but how the numbers are stored. */
export type Layout = Omit<ModelSpec, 'dtype'>;

/** The layout a config stands for. `tensors` decide what configs leave open; throws `config-invalid`. */
export function layoutOf(published: ModelConfig, tensors: TensorMap = new Map()): Layout {
  const config = { ...published, ffnWidth: published.ffnWidth ?? ffnWidthOf(published, tensors) };
  if (config.headDim % 4 !== 0) {
    throw new LopperError(
      'config-invalid',
      `Heads of ${config.headDim} channels are not a multiple of 4.`,
      'Choose a model with heads of 4, 8, 16, ... channels.',
    );
  }
  const layout: Omit<Layout, 'shapes'> = {
    ...FAMILIES[config.modelType](config, (name) => tensors.has(name)),
    architecture: config.architecture,
    modelType: config.modelType,
    blocks: config.blocks,
    width: config.width,
    heads: config.heads,
    kvHeads: config.kvHeads,
    headDim: config.headDim,
    ffnWidth: config.ffnWidth,
    vocabulary: config.vocabulary,
    context: config.context,
    activation:
      FAMILIES[config.modelType] === llama ? gatedActivation(config.activation) : plainActivation(config.activation),
    parallel: config.parallelResidual,
    rotary: { dim: config.rotaryDim, frequencies: rotaryFrequencies(config) },
    window: config.slidingWindow,
  };
  return { ...layout, shapes: shapesOf(layout) };
}

/**
 * The model that a config and a file of tensors make, as data for the engine.
 * Throws `tensor-missing`, `tensor-shape` or `dtype-unsupported` naming the tensor, before any weight is read.
 */
export function describe(config: ModelConfig, tensors: TensorMap): ModelSpec {
  const layout = layoutOf(config, tensors);
  check(layout.shapes, tensors);
  return { ...layout, dtype: tensors.get(layout.embedding)!.dtype as Dtype };
}

/** Parameters of one sublayer, its norm included. */
export function sublayerParameters(spec: ModelSpec, sublayer: SublayerSpec): number {
  return tensorsOf(sublayer).reduce((sum, name) => sum + elements(spec.shapes.get(name)!), 0);
}

/** Parameters of the whole model, tied ones counted once. */
export function totalParameters(spec: ModelSpec): number {
  return [...spec.shapes.values()].reduce((sum, shape) => sum + elements(shape), 0);
}

/** Names of the tensors a sublayer is made of. */
export function tensorsOf(sublayer: SublayerSpec): string[] {
  const norm = (n: NormSpec | undefined) => (n ? [n.weight, ...(n.bias ? [n.bias] : [])] : []);
  const linear = (l: LinearSpec) => [...l.weights, ...l.biases];
  return sublayer.kind === 'attn'
    ? [
        ...norm(sublayer.norm),
        ...linear(sublayer.qkv),
        ...linear(sublayer.out),
        ...norm(sublayer.qNorm),
        ...norm(sublayer.kNorm),
      ]
    : [...norm(sublayer.norm), ...linear(sublayer.up), ...linear(sublayer.down)];
}

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** GPT-2's configs mostly leave the inner width out; the weights know it. */
function ffnWidthOf(config: ModelConfig, tensors: TensorMap): number {
  const inner = tensors.get('h.0.mlp.c_fc.weight') ?? tensors.get('transformer.h.0.mlp.c_fc.weight');
  return inner?.shape[1] ?? 4 * config.width;
}

function eachBlock(config: Sized, make: (block: number) => [SublayerSpec, SublayerSpec]): SublayerSpec[] {
  return Array.from({ length: config.blocks }, (_, block) => make(block)).flat();
}

function layerNorm(name: string, eps: number): NormSpec {
  return { kind: 'layer', weight: `${name}.weight`, bias: `${name}.bias`, eps };
}

function biased(name: string, outputs: number, inputs: number, bias = true): LinearSpec {
  return {
    weights: [`${name}.weight`],
    biases: bias ? [`${name}.bias`] : [],
    outputs: [outputs],
    inputs,
    transposed: false,
  };
}

function gatedActivation(name: string): 'silu-gated' {
  if (name === 'silu' || name === 'swish') return 'silu-gated';
  throw unknownActivation(name);
}

function plainActivation(name: string): ModelSpec['activation'] {
  switch (name) {
    case 'gelu':
      return 'gelu-erf';
    case 'gelu_new':
    case 'gelu_fast':
    case 'gelu_pytorch_tanh':
      return 'gelu-tanh';
    case 'silu':
    case 'swish':
      return 'silu';
    case 'relu':
      return 'relu';
    default:
      throw unknownActivation(name);
  }
}

function unknownActivation(name: string): LopperError {
  return new LopperError(
    'config-invalid',
    `config.json asks for the activation "${name}", which Lopper does not have.`,
    'Choose a model with silu, gelu, gelu_new or relu.',
  );
}

/** `theta^(-2i/dim)`, stretched as Llama 3 does where the config says so (transformers, `_compute_llama3_parameters`). */
function rotaryFrequencies(config: ModelConfig): number[] {
  const plain = Array.from(
    { length: config.rotaryDim / 2 },
    (_, i) => config.ropeTheta ** ((-2 * i) / config.rotaryDim),
  );
  return config.ropeScaling ? plain.map((f) => stretched(f, config.ropeScaling!)) : plain;
}

function stretched(frequency: number, s: Llama3Scaling): number {
  const turns = (s.originalContext * frequency) / (2 * Math.PI); // over the original context
  if (turns > s.highFreqFactor) return frequency;
  if (turns < s.lowFreqFactor) return frequency / s.factor;
  const smooth = (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
  return (1 - smooth) * (frequency / s.factor) + smooth * frequency;
}

function shapesOf(spec: Omit<Layout, 'shapes'>): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const norm = (n: NormSpec | undefined, width: number) => {
    if (n) shapes.set(n.weight, [width]);
    if (n?.bias) shapes.set(n.bias, [width]);
  };
  const linear = (l: LinearSpec) => {
    l.weights.forEach((w, i) => {
      shapes.set(w, l.transposed ? [l.inputs, l.outputs[i]] : [l.outputs[i], l.inputs]);
    });
    l.biases.forEach((b, i) => {
      shapes.set(b, [l.outputs[i]]);
    });
  };
  shapes.set(spec.embedding, [spec.vocabulary, spec.width]);
  if (spec.positions) shapes.set(spec.positions, [spec.context, spec.width]);
  for (const s of spec.sublayers) {
    norm(s.norm, spec.width);
    if (s.kind === 'attn') {
      linear(s.qkv);
      linear(s.out);
      norm(s.qNorm, spec.headDim);
      norm(s.kNorm, spec.headDim);
    } else {
      linear(s.up);
      linear(s.down);
    }
  }
  norm(spec.finalNorm, spec.width);
  shapes.set(spec.head, [spec.vocabulary, spec.width]);
  return shapes;
}

function check(shapes: ReadonlyMap<string, readonly number[]>, tensors: TensorMap): void {
  const missing = [...shapes.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    throw new LopperError(
      'tensor-missing',
      `The weights lack the tensor ${missing[0]}${more}.`,
      'Download the weights again, with all of their shards, or check that config.json belongs to them.',
    );
  }
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name)!;
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, i) => n !== shape[i])) {
      throw new LopperError(
        'tensor-shape',
        `${name} has the shape [${tensor.shape}], but config.json makes it [${shape}].`,
        'config.json and the weights are of different models: get both from the same place.',
      );
    }
    if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
      throw new LopperError(
        'dtype-unsupported',
        `${name} is stored as ${tensor.dtype}; Lopper reads F32, F16 and BF16.`,
        'Choose a version of the model that is not quantised.',
      );
    }
  }
  // Kernels are compiled for one type of matrix. Vectors (norms, biases) are widened as they are read.
  const matrices = [...shapes].filter(([, shape]) => shape.length === 2).map(([name]) => name);
  const other = matrices.find((name) => tensors.get(name)!.dtype !== tensors.get(matrices[0])!.dtype);
  if (other) {
    throw new LopperError(
      'dtype-unsupported',
      `${matrices[0]} is stored as ${tensors.get(matrices[0])!.dtype}, but ${other} as ${tensors.get(other)!.dtype}.`,
      'Choose a version of the model whose weight matrices are all of one type.',
    );
  }
}
