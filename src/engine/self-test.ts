import { LopperError } from '../errors';
import type { ByteSource } from '../formats/bytes';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import type { Gpu } from '../gpu/gpu';
import { parseConfig } from '../model/config';
import { describe, layoutOf } from '../model/describe';
import type { ModelSpec } from '../model/spec';
import { chooseKernels, type KernelRates } from './autotune';
import { FULL, without } from './branch';
import { Engine } from './engine';
import type { KernelChoice } from './kernels/dispatcher';
import { ALL_ROWS } from './kernels/linear';
import { packTokens } from './pack';
import expected from './self-test-values.json';

/** Largest error of a log-probability (nats) that rounding can explain. */
const TOLERANCE = 2e-4;

export interface SelfTestResult {
  readonly selfTest: {
    readonly passed: boolean;
    readonly cases: number;
    readonly worstError: number;
    readonly milliseconds: number;
  };
  readonly matmul: { readonly variant: string; readonly gflops: Readonly<Record<string, number>> };
  readonly rates: KernelRates;
}

export interface Case {
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly dtype: 'F16' | 'BF16';
  readonly dropped: readonly number[];
}

const SIZES = {
  hidden_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 72,
  vocab_size: 67,
  max_position_embeddings: 64,
};

/**
 * Two tiny models that between them go through what every model is walked and decoded with: 16-bit weights, odd sizes,
 * grouped heads, biases, and inputs enough for sums in parts. The first is like the bundled model, whose kernels are needed
 * at once. What only some models or jobs need is proved by tests alone: weights in blocks, the walk in reverse, modules in
 * the place of units, statistics, matvecs of two and of four rows.
 */
export const CASES: readonly Case[] = [
  {
    name: 'llama',
    config: {
      model_type: 'llama',
      architectures: ['LlamaForCausalLM'],
      ...SIZES,
      num_key_value_heads: 2,
      head_dim: 12,
      intermediate_size: 520,
      rms_norm_eps: 1e-5,
    },
    dtype: 'F16',
    dropped: [1],
  },
  {
    name: 'gpt_neox',
    config: {
      model_type: 'gpt_neox',
      architectures: ['GPTNeoXForCausalLM'],
      ...SIZES,
      num_attention_heads: 2,
      rotary_pct: 0.4,
      hidden_act: 'gelu',
      use_parallel_residual: true,
      layer_norm_eps: 1e-5,
      tie_word_embeddings: false,
    },
    dtype: 'BF16',
    dropped: [2],
  },
];

/** The tokens both are asked about. */
export const TOKENS = Array.from({ length: 23 }, (_, i) => (i * i * 7 + 3 * i + 5) % 67);

/** What is compared of each: the whole model, the pruned one, and decoding. */
export const COMPARED = 3;

/** Steps of decoding that are compared, after the rest of the tokens as a prompt. */
const DECODED = 3;

/**
 * Chooses the adapter's kernels, where they are not `known`, then runs the golden cases on it, whole and with a sublayer
 * dropped, in one walk and by decoding, and compares the log-probabilities with those of a double-precision reference.
 * Wrong numbers without any error have been seen in the wild; an adapter that fails here must not be used. Throws
 * `shader-refused` where a kernel does not compile.
 */
export async function selfTest(
  gpu: Gpu,
  {
    known,
    cases = CASES,
    values = expected,
  }: { readonly known?: KernelRates; readonly cases?: readonly Case[]; readonly values?: Values } = {},
): Promise<SelfTestResult> {
  const rates = known ?? (await chooseKernels(gpu));
  const begin = performance.now();
  const errors: number[] = [];
  for (const [c, choice] of cases.flatMap((c) => meantBy(rates.choice).map((choice) => [c, choice] as const))) {
    const engine = await Engine.open(gpu, ...tinyModel(c), { rates: { ...rates, choice } });
    try {
      errors.push(...(await errorsOf(engine, c, values)));
    } catch (error) {
      if (error instanceof LopperError && error.code === 'shader-refused') throw error;
      errors.push(Number.POSITIVE_INFINITY); // NaN, or a device that failed under it
    } finally {
      engine.dispose();
    }
  }
  gpu.check();
  const worstError = Math.max(...errors);
  return {
    selfTest: {
      passed: worstError <= TOLERANCE,
      cases: COMPARED * cases.length,
      worstError,
      milliseconds: performance.now() - begin,
    },
    matmul: { variant: rates.choice.matmul, gflops: rates.gflops },
    rates,
  };
}

/** A choice in such forms that these models, of few rows, meet what it is for any number of rows. */
const meantBy = (choice: KernelChoice): KernelChoice[] => [
  choice,
  // As more rows than small tiles are for.
  ...(choice.smallRows ? [{ ...choice, smallRows: 0 }] : []),
  // The decoder's prompt by small tiles, their sums in parts; and by matvecs of several rows.
  ...(choice.groups ? [{ ...choice, fewRows: 2 }] : []),
  ...(choice.together && choice.together > 1 ? [{ ...choice, fewRows: ALL_ROWS }] : []),
];

type Values = Readonly<Record<string, readonly (readonly number[])[]>>;

/** Largest errors of the full walk, of the pruned one and of decoding. */
async function errorsOf(engine: Engine, c: Case, values: Values): Promise<number[]> {
  const branches = [FULL, without(c.dropped)];
  const worst = (found: ArrayLike<number>, wanted: readonly number[]): number =>
    Math.max(...wanted.map((w, i) => (Number.isFinite(found[i]) ? Math.abs(found[i] - w) : Number.POSITIVE_INFINITY)));
  const walked = await engine.walk(packTokens([{ ids: TOKENS, scoreFrom: 1 }]), branches);
  const errors = walked.branches.map((b, i) => worst(b.logprob, values[c.name][i]));

  const first = TOKENS.length - DECODED;
  const decoder = await engine.decoder(branches[1], [TOKENS.slice(0, first)], DECODED);
  try {
    const decoded: number[] = [];
    for (const id of TOKENS.slice(first)) {
      decoded.push(logProbability(decoder.logits[0], id));
      await decoder.step([{ sequence: 0, id }]);
    }
    errors.push(worst(decoded, values[c.name][1].slice(-DECODED)));
  } finally {
    decoder.dispose();
  }
  return errors;
}

function logProbability(logits: Float32Array, id: number): number {
  const top = Math.max(...logits);
  return logits[id] - top - Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0));
}

/** A case's model: weights from a fixed sequence of numbers, so that it takes no file. */
export function tinyModel(c: Case): [ModelSpec, TensorMap] {
  const config = parseConfig(JSON.stringify(c.config));
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) / 2 ** 23 - 1; // -1 .. 1
  };
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shape] of layoutOf(config).shapes) {
    const count = shape.reduce((a, b) => a * b, 1);
    const centre = name.includes('norm') && name.endsWith('weight') ? 1 : 0;
    const bits = Uint16Array.from({ length: count }, () => sixteenBits(centre + 0.4 * next(), c.dtype));
    const bytes = new Uint8Array(bits.buffer);
    const source: ByteSource = { name, size: bytes.length, read: async (start, end) => bytes.slice(start, end) };
    tensors.set(name, { name, dtype: c.dtype, shape, source, start: 0, end: bytes.length });
  }
  return [describe(config, tensors), tensors];
}

/** The bits of the 16-bit float next to `value` towards zero; subnormal halves become zero. */
function sixteenBits(value: number, dtype: 'F16' | 'BF16'): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  if (dtype === 'BF16') return bits >>> 16;
  const exponent = ((bits >>> 23) & 255) - 112;
  return exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 1023);
}
