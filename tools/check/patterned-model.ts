import type { ByteSource } from '../../src/formats/bytes';
import { bytesOf, widen } from '../../src/formats/dtypes';
import { quantise } from '../../src/formats/quantise';
import type { TensorInfo, TensorMap } from '../../src/formats/tensor';
import { type ModelConfig, parseConfig } from '../../src/model/config';
import { describe, layoutOf } from '../../src/model/describe';
import type { ModelSpec } from '../../src/model/spec';
import { seeded } from '../../src/random';

export interface ModelShape {
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffnWidth: number;
  readonly vocabulary: number;
  /** The head is the embedding; default true. */
  readonly tied?: boolean;
}

/** Of Llama-3.2-1B: 2.5 GB in 16 bits. */
export const ONE_B: ModelShape = {
  blocks: 16,
  width: 2048,
  heads: 32,
  kvHeads: 8,
  ffnWidth: 8192,
  vocabulary: 128_256,
};

/** What a processor can still be asked. */
export const SMALL: ModelShape = { blocks: 4, width: 256, heads: 4, kvHeads: 2, ffnWidth: 512, vocabulary: 8192 };

const PERIOD = 2 ** 20; // numbers

/**
 * A Llama of this shape that takes no file and hardly any memory: every tensor is the same run of small random numbers over
 * and over, in F16 or, its matrices, in blocks of 4 bits. What it says is nonsense; what it takes is what a real one would.
 */
export function patternedModel(shape: ModelShape, matrices: 'F16' | 'Q4_0' = 'F16'): [ModelSpec, TensorMap] {
  const random = seeded(1);
  const halves = new Uint8Array(Uint16Array.from({ length: PERIOD }, () => halfBits(0.04 * (random() - 0.5))).buffer);
  const inBlocks = quantise(widen(halves, 'F16'), 'Q4_0');
  const config = patternedConfig(shape);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, size] of layoutOf(config).shapes) {
    const dtype = size.length === 1 ? 'F16' : matrices;
    const pattern = dtype === 'F16' ? halves : inBlocks;
    const count = size.reduce((a, b) => a * b, 1);
    const bytes = bytesOf(dtype, count);
    const source: ByteSource = { name, size: bytes, read: async (start, end) => repeated(pattern, start, end) };
    tensors.set(name, { name, dtype, shape: size, source, start: 0, end: bytes });
  }
  return [describe(config, tensors), tensors];
}

/** Its config.json, read. */
export const patternedConfig = (shape: ModelShape): ModelConfig => parseConfig(patternedConfigText(shape));

export const patternedConfigText = (shape: ModelShape): string =>
  JSON.stringify({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    num_hidden_layers: shape.blocks,
    hidden_size: shape.width,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.width / shape.heads,
    intermediate_size: shape.ffnWidth,
    vocab_size: shape.vocabulary,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    hidden_act: 'silu',
    tie_word_embeddings: shape.tied ?? true,
  });

function repeated(pattern: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(end - start);
  for (let at = start; at < end; ) {
    const from = at % pattern.length;
    const count = Math.min(pattern.length - from, end - at);
    out.set(pattern.subarray(from, from + count), at - start);
    at += count;
  }
  return out;
}

/** A half float near a number well within its range. */
function halfBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = ((bits >>> 23) & 255) - 112;
  return exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 1023);
}
