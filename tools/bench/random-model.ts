import { LopperError } from '../../src/errors';
import type { ByteSource, ModelFiles } from '../../src/formats/bytes';
import { seeded } from '../../src/random';
import { SHAPE } from './shape';

/** The shape as a model in Hugging Face layout, F32, its weights random and the same in every run; no tokenizer. */
export function randomModel(): ModelFiles {
  const weights = safetensors(tensorShapes());
  const source: ByteSource = {
    name: 'model.safetensors',
    size: weights.byteLength,
    read: async (start, end) => new Uint8Array(weights.slice(start, end)),
  };
  const has = async (file: string) => file === 'config.json' || file === 'model.safetensors';
  const missing = (file: string) =>
    new LopperError('file-missing', `The random model has no ${file}.`, 'None is needed.');
  return {
    id: 'random',
    has,
    text: async (file) => {
      if (file !== 'config.json') throw missing(file);
      return JSON.stringify(CONFIG);
    },
    open: async (file) => {
      if (file !== 'model.safetensors') throw missing(file);
      return source;
    },
  };
}

const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  num_hidden_layers: SHAPE.blocks,
  hidden_size: SHAPE.width,
  num_attention_heads: SHAPE.heads,
  num_key_value_heads: SHAPE.kvHeads,
  head_dim: SHAPE.headDim,
  intermediate_size: SHAPE.ffnWidth,
  vocab_size: SHAPE.vocabulary,
  max_position_embeddings: SHAPE.context,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  hidden_act: 'silu',
  tie_word_embeddings: false,
};

function tensorShapes(): Map<string, number[]> {
  const { width, heads, kvHeads, headDim, ffnWidth, vocabulary } = SHAPE;
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [vocabulary, width]]]);
  for (let block = 0; block < SHAPE.blocks; block++) {
    const name = (part: string) => `model.layers.${block}.${part}.weight`;
    shapes.set(name('input_layernorm'), [width]);
    shapes.set(name('self_attn.q_proj'), [heads * headDim, width]);
    shapes.set(name('self_attn.k_proj'), [kvHeads * headDim, width]);
    shapes.set(name('self_attn.v_proj'), [kvHeads * headDim, width]);
    shapes.set(name('self_attn.o_proj'), [width, heads * headDim]);
    shapes.set(name('post_attention_layernorm'), [width]);
    shapes.set(name('mlp.gate_proj'), [ffnWidth, width]);
    shapes.set(name('mlp.up_proj'), [ffnWidth, width]);
    shapes.set(name('mlp.down_proj'), [width, ffnWidth]);
  }
  return shapes.set('model.norm.weight', [width]).set('lm_head.weight', [vocabulary, width]);
}

/** Norms of ones; everything else uniform, with the variance 1 / inputs that keeps the stream's size. */
function safetensors(shapes: ReadonlyMap<string, number[]>): ArrayBuffer {
  const header: Record<string, { dtype: 'F32'; shape: number[]; data_offsets: [number, number] }> = {};
  let bytes = 0;
  for (const [name, shape] of shapes) {
    const end = bytes + 4 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [bytes, end] };
    bytes = end;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const file = new ArrayBuffer(8 + text.length + bytes);
  new DataView(file).setBigUint64(0, BigInt(text.length), true);
  new Uint8Array(file).set(text, 8);
  const random = seeded(1);
  for (const { shape, data_offsets } of Object.values(header)) {
    const values = new Float32Array(file, 8 + text.length + data_offsets[0], (data_offsets[1] - data_offsets[0]) / 4);
    const reach = Math.sqrt(3 / shape.at(-1)!);
    for (let i = 0; i < values.length; i++) values[i] = shape.length === 1 ? 1 : reach * (2 * random() - 1);
  }
  return file;
}
