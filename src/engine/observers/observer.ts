/** How a walk is watched: an observer is asked for by branch, and several go along in one walk. */
import type { Buffer } from '../../gpu/gpu';
import type { ModelSpec } from '../../model/spec';
import type { Dispatcher } from '../kernels/dispatcher';

/** Something that can be learned of a branch while it is walked; the result is of kind R. */
export interface Observer<R> {
  /** Buffers that watching so many rows takes, bytes by name. Each observer of a walk has its own. */
  buffers(spec: ModelSpec, rows: number): Readonly<Record<string, number>>;
  /** Begins to watch some rows, for one pass of the branch from the embedding to the end. */
  watch(view: View): Promise<Watch<R>>;
  /** Results of several runs of rows, of one walk or of several, put together. */
  merge(parts: readonly R[]): R;
}

/** One pass under an observer's eyes. */
export interface Watch<R> {
  /**
   * Before sublayer `index` adds to the stream, whether it runs or not. The rows watched begin with row `first` of `stream`,
   * the same rows of the branch beside it, where there is one, with row `beside`.
   */
  before(index: number, stream: Buffer, first: number, beside?: number): void;
  /** After it, or what stands in its place. */
  after(index: number, stream: Buffer, first: number, beside?: number): void;
  /** What was seen. */
  result(signal?: AbortSignal): Promise<R>;
}

/** What a watch has to hand. */
export interface View {
  readonly dispatcher: Dispatcher;
  readonly spec: ModelSpec;
  /** Rows [first, end) of the tree are watched in this pass. */
  readonly first: number;
  readonly end: number;
  /** Position of each row of the tree; `places` has them on the GPU, with the row in the cache beside each. */
  readonly positions: Uint32Array;
  readonly places: Buffer;
  /** A buffer of the observer's own, as it asked for them. */
  buffer(name: string): Buffer;
}

/** An observer at work on one of a walk's branches. */
export interface Observation<R = unknown> {
  /** Its place among the walk's branches. */
  readonly branch: number;
  readonly observer: Observer<R>;
  /** Another branch that it is seen beside, likewise: the two walk together. */
  readonly beside?: number;
}

/** What each of a list of observations, or of observers, comes to. */
export type Observed<O extends readonly unknown[]> = {
  readonly [K in keyof O]: O[K] extends Observation<infer R> | Observer<infer R> ? R : never;
};

/** Buffers of all observers of a walk, bytes by name; observer `i` finds its own with `bufferOf`. */
export const observerBuffers = (
  spec: ModelSpec,
  observers: readonly Observer<unknown>[],
  rows: number,
): Record<string, number> =>
  Object.fromEntries(
    observers.flatMap((observer, i) =>
      Object.entries(observer.buffers(spec, rows)).map(([name, bytes]) => [bufferOf(i, name), bytes]),
    ),
  );

export const bufferOf = (observer: number, name: string): string => `observer ${observer}: ${name}`;
