/** Weight of a walk's own rate beside those before it: a machine that grows busy is noticed within a few. */
const NEWEST = 0.5;

/** How fast the open model is walked here: operations a second. */
export class Speed {
  #operations = 0;
  #seconds = 0;

  /** `expected`: until the first walk, operations a second. */
  constructor(readonly expected: number) {}

  get rate(): number {
    return this.isKnown ? this.#operations / this.#seconds : this.expected;
  }

  get isKnown(): boolean {
    return this.#seconds > 0;
  }

  add(operations: number, seconds: number): void {
    this.#operations = operations + (1 - NEWEST) * this.#operations;
    this.#seconds = seconds + (1 - NEWEST) * this.#seconds;
  }

  /** What was added so far says nothing of what comes. */
  restart(): void {
    this.#operations = 0;
    this.#seconds = 0;
  }
}
