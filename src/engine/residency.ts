import type { Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import type { SublayerWeights } from './layout';
import { formOf } from './matrix-parts';
import type { WeightLoader } from './weights';

/** Gives the walk each sublayer's weights when their turn comes. */
export interface Residency {
  readonly streamed: boolean;
  /** Weights of sublayer `index`; valid until the next call for a sublayer of the same kind but one. */
  acquire(index: number, signal?: AbortSignal): Promise<SublayerWeights>;
}

/** All weights on the GPU, loaded once. */
export async function resident(spec: ModelSpec, loader: WeightLoader): Promise<Residency> {
  const weights: SublayerWeights[] = [];
  for (const s of spec.sublayers) weights.push(await loader.sublayer(s));
  return { streamed: false, acquire: async (index) => weights[index] };
}

/** Sublayers of one form that are on the GPU at once while streaming: one at work, one being filled. */
const RING = 2;

/**
 * Weights pass through the GPU a few sublayers at a time, read from their files whenever a walk needs them: a model
 * larger than the GPU's memory runs, many masks for one pass over the file. Writes are queued behind the work that
 * still reads a ring place, so nothing waits for it here.
 */
export function streamed(spec: ModelSpec, loader: WeightLoader, recorder: Recorder): Residency {
  const rings = new Map<string, { weights: SublayerWeights; index: number }[]>();
  let turn = 0;
  return {
    streamed: true,
    async acquire(index, signal) {
      const s = spec.sublayers[index];
      const form = formOf(s, loader.tensors);
      const places = rings.get(form) ?? [];
      rings.set(form, places);
      const held = places.find((p) => p.index === index);
      if (held) return held.weights;
      await recorder.flush(signal);
      if (places.length < RING) {
        const { mark } = loader;
        try {
          places.push({ weights: await loader.sublayer(s), index });
        } catch (error) {
          loader.freeSince(mark);
          throw error;
        }
        return places[places.length - 1].weights;
      }
      const place = places[turn++ % RING];
      place.index = -1; // a read that fails half-way must not be taken for the old weights
      place.weights = await loader.sublayer(s, place.weights);
      place.index = index;
      return place.weights;
    },
  };
}
