import type { TensorMap } from '../formats/tensor';
import type { Recorder } from '../gpu/recorder';
import { tensorsOf } from '../model/shapes';
import type { ModelSpec, SublayerSpec } from '../model/spec';
import type { Reading } from './contract';
import type { SublayerWeights } from './layout';
import { formOf } from './matrix-parts';
import type { WeightLoader } from './weights';

/** Gives the walk each sublayer's weights when their turn comes. */
export interface Residency {
  readonly streamed: boolean;
  /** What streaming reads; absent where all weights stay. */
  readonly reading?: () => Reading;
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
  return partly(spec, loader, recorder, []);
}

/**
 * The lowest sublayers, as many as go into so many bytes beside the places that the others pass through, stay on the GPU.
 * Undefined where all of them do.
 */
export async function within(
  bytes: number,
  spec: ModelSpec,
  loaders: { readonly once: WeightLoader; readonly again: () => WeightLoader },
  recorder: Recorder,
): Promise<Residency> {
  const sizes = spec.sublayers.map((s) => bytesOfSublayer(s, loaders.once.tensors));
  const count = staying(
    sizes,
    spec.sublayers.map((s) => formOf(s, loaders.once.tensors)),
    bytes,
  );
  if (count === sizes.length) return resident(spec, loaders.once);
  const kept: SublayerWeights[] = [];
  for (const s of spec.sublayers.slice(0, count)) kept.push(await loaders.once.sublayer(s));
  return partly(spec, loaders.again(), recorder, kept);
}

/** How many sublayers, from the bottom, go into so many bytes with two places for each form of those above. */
export function staying(sizes: readonly number[], forms: readonly string[], bytes: number): number {
  for (let count = sizes.length; count > 0; count--) {
    const places = new Map<string, number>();
    for (const [i, form] of forms.entries()) if (i >= count) places.set(form, sizes[i]!);
    const ring = [...places.values()].reduce((sum, size) => sum + RING * size, 0);
    const kept = sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
    if (kept + ring <= bytes) return count;
  }
  return 0;
}

const bytesOfSublayer = (s: SublayerSpec, tensors: TensorMap): number =>
  tensorsOf(s).reduce((sum, name) => sum + tensors.get(name)!.end - tensors.get(name)!.start, 0);

/** Sublayers of which the lowest are `kept`, and the others pass through. */
function partly(
  spec: ModelSpec,
  loader: WeightLoader,
  recorder: Recorder,
  kept: readonly SublayerWeights[],
): Residency {
  const passing = spec.sublayers.slice(kept.length);
  const bytesPerPass = passing.reduce((sum, s) => sum + bytesOfSublayer(s, loader.tensors), 0);
  let seconds = 0;
  const timed = async <T>(load: Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      return await load;
    } finally {
      seconds += (performance.now() - started) / 1000;
    }
  };
  const rings = new Map<string, { weights: SublayerWeights; index: number }[]>();
  let turn = 0;
  return {
    streamed: true,
    reading: () => ({ bytesPerPass, bytes: loader.bytesRead, seconds }),
    async acquire(index, signal) {
      const own = kept[index];
      if (own) return own;
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
          places.push({ weights: await timed(loader.sublayer(s)), index });
        } catch (error) {
          loader.freeSince(mark);
          throw error;
        }
        return places[places.length - 1].weights;
      }
      const place = places[turn++ % RING];
      place.index = -1; // a read that fails half-way must not be taken for the old weights
      place.weights = await timed(loader.sublayer(s, place.weights));
      place.index = index;
      return place.weights;
    },
  };
}
