import * as v from 'valibot';
import type { ConfigFacts } from './architectures/architecture';
import { invalid, maybe } from './config-keys';

export const WINDOW_KEYS = {
  sliding_window: maybe(v.pipe(v.number(), v.integer(), v.minValue(1))),
  layer_types: maybe(v.array(v.string())),
};

/** Those by which the Qwens turn the window on, and from which block. */
export const QWEN_WINDOW_KEYS = {
  ...WINDOW_KEYS,
  use_sliding_window: maybe(v.boolean()),
  max_window_layers: maybe(v.pipe(v.number(), v.integer(), v.minValue(0))),
};

type WindowKeys = v.InferOutput<v.ObjectSchema<typeof WINDOW_KEYS, undefined>>;
type QwenKeys = v.InferOutput<v.ObjectSchema<typeof QWEN_WINDOW_KEYS, undefined>>;
type Windows = Pick<ConfigFacts, 'slidingWindow' | 'slides'>;

/**
 * Which blocks slide: those that `layer_types` says, or, where it is left out, those of `byDefault`. Unless the window is
 * null; where it is left out it is `size`. Throws `config-invalid` for a kind of attention that is not known.
 */
export function slidingWindow(
  raw: WindowKeys,
  blocks: number,
  byDefault: (block: number) => boolean = () => true,
  size = 4096,
): Windows {
  const types = raw.layer_types ?? undefined;
  const unknown = types?.find((type) => type !== 'sliding_attention' && type !== 'full_attention');
  if (unknown !== undefined) {
    throw invalid(
      `layer_types has "${unknown.slice(0, 60)}", which is not supported (only "full_attention" and "sliding_attention")`,
      'Choose a model whose blocks all have full or sliding attention.',
    );
  }
  if (types && types.length !== blocks) throw invalid(`layer_types names ${types.length} blocks of ${blocks}`);
  const window = raw.sliding_window === undefined ? size : (raw.sliding_window ?? undefined);
  const slides = Array.from({ length: blocks }, (_, i) => (types ? types[i] === 'sliding_attention' : byDefault(i)));
  if (window === undefined || !slides.includes(true)) return { slidingWindow: undefined };
  return slides.includes(false) ? { slidingWindow: window, slides } : { slidingWindow: window };
}

/** The Qwens': only when told to, and then only from block `max_window_layers` on. */
export function qwenWindow(raw: QwenKeys, blocks: number): Windows {
  if (!raw.use_sliding_window) return { slidingWindow: undefined };
  return slidingWindow(raw, blocks, (block) => block >= (raw.max_window_layers ?? 28));
}
