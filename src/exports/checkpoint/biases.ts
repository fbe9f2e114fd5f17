/** Which projections have a bias, and which get one by a switch in config.json. */
import type { ModelSpec, SublayerSpec } from '../../model/spec';

/** Keys of config.json by which an architecture's stock code gives all projections of a kind a bias. */
interface Switches {
  readonly attn?: string;
  readonly ffn?: string;
}

const LLAMA: Switches = { attn: 'attention_bias', ffn: 'mlp_bias' };

/** As transformers 4.50 to 5 have them. */
const SWITCHES: Readonly<Record<string, Switches>> = {
  llama: LLAMA,
  granite: LLAMA,
  smollm3: LLAMA,
  qwen3: { attn: 'attention_bias' },
};

/** Llamas under another name, once nothing slides: what they lack of biases they get by being saved as one. */
const LLAMAS = ['mistral', 'qwen2'];

/** Whether a model is saved as a Llama where it needs a bias that its own class has not. */
export const isLlama = (spec: ModelSpec): boolean =>
  LLAMAS.includes(spec.modelType) && spec.sublayers.every((s) => s.kind === 'ffn' || s.window === undefined);

export const switchesOf = (spec: ModelSpec): Switches => (isLlama(spec) ? LLAMA : (SWITCHES[spec.modelType] ?? {}));

/** Whether a vector can be added to what a sublayer writes, in stock code: not where a norm still comes between. */
export function takesBias(spec: ModelSpec, sublayer: SublayerSpec): boolean {
  if (sublayer.normAfter) return false;
  const output = sublayer.kind === 'attn' ? sublayer.out : sublayer.down;
  return output.biases.length > 0 || switchesOf(spec)[sublayer.kind] !== undefined;
}

/**
 * The kinds of sublayers that need a switch set for these to have a bias. Saved as a Llama, a Qwen2 needs the one of attention
 * too, since its queries, keys and values have biases by themselves.
 */
export function switchedOn(spec: ModelSpec, wanted: Iterable<'attn' | 'ffn'>): ReadonlySet<'attn' | 'ffn'> {
  const kinds = new Set(wanted);
  const hasOwn = spec.sublayers.some((s) => s.kind === 'attn' && s.qkv.biases.length > 0);
  if (kinds.size > 0 && isLlama(spec) && hasOwn) kinds.add('attn');
  return kinds;
}
