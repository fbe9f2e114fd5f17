/** Weight of a walk's own rate beside those before it: a machine that grows busy is noticed within a few. */
const NEWEST = 0.5;

/** How fast this device walks: operations a second. */
export class Speed {
  #operations = 0;
  #seconds = 0;

  /** `expected`: until the first walk, operations a second. */
  constructor(readonly expected: number) {}

  get rate(): number {
    return this.#seconds > 0 ? this.#operations / this.#seconds : this.expected;
  }

  add(operations: number, seconds: number): void {
    this.#operations = operations + (1 - NEWEST) * this.#operations;
    this.#seconds = seconds + (1 - NEWEST) * this.#seconds;
  }
}
