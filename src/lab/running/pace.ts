/** A batch should take about this long: long enough to keep the device busy, short enough to watch and to lose. */
const TARGET_MS = 750;

/** Sizes batches by the time that those before took. */
export class Pace {
  #size: number;

  constructor(
    readonly bounds: { readonly first: number; readonly most: number },
    readonly now: () => number = () => performance.now(),
  ) {
    this.#size = bounds.first;
  }

  /** Of the next batch. */
  get size(): number {
    return this.#size;
  }

  /** Does a batch of that size; the next is at most twice as large and at least half. */
  async time<T>(work: () => Promise<T>): Promise<T> {
    const started = this.now();
    const result = await work();
    const factor = TARGET_MS / Math.max(1, this.now() - started);
    const wanted = Math.floor(this.#size * Math.min(2, Math.max(0.5, factor)));
    this.#size = Math.min(this.bounds.most, Math.max(1, wanted));
    return result;
  }
}
