import type { Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import { freeWeights, type SublayerWeights, type WeightLoader } from './weights';

/** Gives the walk each sublayer's weights when their turn comes. */
export interface Residency {
  readonly streamed: boolean;
  /** Weights of sublayer `index`; valid until the next call for a sublayer of the same kind but one. */
  acquire(index: number, signal?: AbortSignal): Promise<SublayerWeights>;
  dispose(): void;
}

/** All weights on the GPU, loaded once. */
export async function resident(spec: ModelSpec, loader: WeightLoader): Promise<Residency> {
  const weights: SublayerWeights[] = [];
  const dispose = () => {
    for (const w of weights) freeWeights(loader.gpu, w);
  };
  try {
    for (const s of spec.sublayers) weights.push(await loader.sublayer(s));
  } catch (error) {
    dispose();
    throw error;
  }
  return { streamed: false, acquire: async (index) => weights[index], dispose };
}

/** Sublayers of a kind that are on the GPU at once while streaming: one at work, one being filled. */
const RING = 2;

/**
 * Weights pass through the GPU a few sublayers at a time, read from their files whenever a walk needs them: a model
 * larger than the GPU's memory runs, many masks for one pass over the file. Writes are queued behind the work that
 * still reads a ring place, so nothing waits for it here.
 */
export function streamed(spec: ModelSpec, loader: WeightLoader, recorder: Recorder): Residency {
  const ring: Record<'attn' | 'ffn', { weights: SublayerWeights; index: number }[]> = { attn: [], ffn: [] };
  let turn = 0;
  return {
    streamed: true,
    async acquire(index, signal) {
      const s = spec.sublayers[index];
      const places = ring[s.kind];
      const held = places.find((p) => p.index === index);
      if (held) return held.weights;
      await recorder.flush(signal);
      if (places.length < RING) {
        const weights = await loader.sublayer(s);
        places.push({ weights, index });
        return weights;
      }
      const place = places[turn++ % RING];
      place.index = -1; // a read that fails half-way must not be taken for the old weights
      place.weights = await loader.sublayer(s, place.weights);
      place.index = index;
      return place.weights;
    },
    dispose() {
      for (const p of [...ring.attn, ...ring.ffn]) freeWeights(loader.gpu, p.weights);
    },
  };
}
