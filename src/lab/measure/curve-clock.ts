import { Walks, type Work } from './work';

/**
 * How far a curve is, by what its parts come to: the first step of a greedy one walks a mask for every unit, the last one
 * a single mask, and a clock that counted steps would promise too little or too much.
 */
export class CurveClock {
  readonly #walks = new Walks();
  readonly #total: number;

  /** @param total what the whole comes to @param operations of some work */
  constructor(
    total: Work,
    readonly operations: (work: Work) => number,
    readonly onProgress: (fraction: number) => void,
  ) {
    this.#total = operations(total);
  }

  /** Counts what is about to be walked; the callback takes the fraction of it that is done. */
  begin(count: (walks: Walks) => void): (fraction: number) => void {
    const before = this.operations(this.#walks.work);
    count(this.#walks);
    const after = this.operations(this.#walks.work);
    return (fraction) => this.onProgress(Math.min(1, (before + fraction * (after - before)) / this.#total));
  }
}
