import * as v from 'valibot';
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

/** Mistral's: attention slides unless the window is null. `from`: the first block that does. */
export function slidingWindow(raw: WindowKeys, blocks: number, from = 0): number | undefined {
  const window = raw.sliding_window === undefined ? 4096 : (raw.sliding_window ?? undefined);
  if (window === undefined) return undefined;
  const sliding = raw.layer_types
    ? raw.layer_types.filter((type) => type === 'sliding_attention').length
    : Math.max(0, blocks - from);
  if (sliding === 0) return undefined;
  if (sliding < blocks)
    throw invalid(
      `${sliding} of ${blocks} blocks slide their attention: such a mix is not supported`,
      'Choose a model all of whose blocks slide, or none.',
    );
  return window;
}

/** The Qwens': only when told to, and then only from block `max_window_layers` on. */
export function qwenWindow(raw: QwenKeys, blocks: number): number | undefined {
  return raw.use_sliding_window ? slidingWindow(raw, blocks, raw.max_window_layers ?? 28) : undefined;
}
