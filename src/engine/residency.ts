import type { TensorMap } from '../formats/tensor';
import type { Recorder } from '../gpu/recorder';
import { tensorsOf } from '../model/shapes';
import type { ModelSpec, SublayerSpec } from '../model/spec';
import type { Reading } from './contract';
import type { SublayerWeights } from './layout';
import { formOf } from './matrix-parts';
import { IN_FLIGHT_BYTES, type WeightLoader } from './weights';

/** Gives the walk each sublayer's weights when their turn comes. */
export interface Residency {
  readonly streamed: boolean;
  /** What streaming reads; absent where all weights stay. */
  readonly reading?: () => Reading;
  /**
   * Weights of sublayer `index`, for what is recorded before the next call. While that runs, those of `next` are read, which
   * will be asked for after it.
   */
  acquire(index: number, next?: number, signal?: AbortSignal): Promise<SublayerWeights>;
}

/** All weights on the GPU, loaded once. */
export async function resident(spec: ModelSpec, loader: WeightLoader): Promise<Residency> {
  const weights: SublayerWeights[] = [];
  for (const s of spec.sublayers) weights.push(await loader.sublayer(s));
  return { streamed: false, acquire: async (index) => weights[index] };
}

/** Never more than this lies before the GPU, however large a sublayer is: it is memory of the program or its driver. */
const MOST_AHEAD = 512 * 2 ** 20;

/**
 * Bytes that are read and handed over before the GPU has come so far, at most: of the largest sublayer, so that the disk need
 * not wait while the one before it is computed.
 */
export function aheadBytes(spec: ModelSpec, tensors: TensorMap): number {
  const largest = Math.max(...spec.sublayers.map((s) => bytesOfSublayer(s, tensors)));
  return Math.min(MOST_AHEAD, Math.max(IN_FLIGHT_BYTES, largest));
}

/** Sublayers of one form that are on the GPU at once while streaming: one at work, one being filled. */
const RING = 2;

/**
 * Weights pass through the GPU a few sublayers at a time, read from their files while the sublayer before is computed: a
 * model larger than the GPU's memory runs, many masks for one pass over the file.
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

/** Buffers that sublayers of one form pass through. */
interface Place {
  /** The sublayer that is in them or on its way; none where that failed half-way. */
  index?: number;
  buffers?: SublayerWeights;
  weights?: Promise<SublayerWeights>;
}

/** Sublayers of which the lowest are `kept`, and the others pass through. */
function partly(
  spec: ModelSpec,
  loader: WeightLoader,
  recorder: Recorder,
  kept: readonly SublayerWeights[],
): Residency {
  const passing = spec.sublayers.slice(kept.length);
  const bytesPerPass = passing.reduce((sum, s) => sum + bytesOfSublayer(s, loader.tensors), 0);
  /** By form; the place that was asked for last is the last. */
  const rings = new Map<string, Place[]>();
  const ringOf = (index: number): Place[] => {
    const form = formOf(spec.sublayers[index], loader.tensors);
    const ring = rings.get(form) ?? [];
    rings.set(form, ring);
    return ring;
  };
  /** The loads come one after the other, also where a walk ended without one that it had begun. */
  let loads: Promise<unknown> = Promise.resolve();
  let waited = 0;

  const fill = async (place: Place, s: SublayerSpec): Promise<SublayerWeights> => {
    const { mark } = loader;
    try {
      place.buffers = await loader.sublayer(s, place.buffers);
      return place.buffers;
    } catch (error) {
      place.index = undefined; // what is half filled must not be taken for weights
      if (!place.buffers) loader.freeSince(mark);
      throw error;
    }
  };
  /** Places that are read by what is recorded and not submitted yet. */
  const unsubmitted = new Set<Place>();
  const submit = async (signal?: AbortSignal) => {
    await recorder.flush(signal);
    unsubmitted.clear();
  };
  /** New buffers or, where there are enough, those that were asked for longest ago. */
  const placeFor = (ring: readonly Place[]): Place => (ring.length < RING ? {} : ring[0]!);
  const isFree = (index: number) => !unsubmitted.has(placeFor(ringOf(index)));
  /** Into a place that is free. */
  const load = (index: number): Place => {
    const ring = ringOf(index);
    const place = placeFor(ring);
    place.index = index;
    place.weights = loads.then(() => fill(place, spec.sublayers[index]));
    loads = place.weights.catch(() => undefined);
    if (ring.length < RING) ring.push(place);
    return place;
  };
  const last = (index: number, place: Place) => {
    const ring = ringOf(index);
    ring.push(...ring.splice(ring.indexOf(place), 1));
  };
  const find = (index: number) => ringOf(index).find((place) => place.index === index);

  return {
    streamed: true,
    reading: () => ({
      bytesPerPass,
      ahead: Math.min(bytesPerPass, loader.mostInFlight),
      bytes: loader.bytesRead,
      seconds: loader.secondsRead,
      waited,
    }),
    async acquire(index, next, signal) {
      const own = kept[index];
      const ahead = next !== undefined && !kept[next] && !find(next) ? next : undefined;
      if (own && ahead === undefined) return own;
      let place = own ? undefined : find(index);
      if (place) last(index, place);
      // Before the work is submitted, which may take until most of it has run.
      const begins = ahead !== undefined && (own || place) && isFree(ahead);
      if (begins) load(ahead);
      if ((!own && !place) || ahead !== undefined) await submit(signal);
      if (!own) {
        place ??= load(index);
        last(index, place);
        const started = performance.now();
        await place.weights;
        waited += (performance.now() - started) / 1000;
        unsubmitted.add(place);
      }
      if (ahead !== undefined && !begins) load(ahead);
      return own ?? place!.weights!;
    },
  };
}
