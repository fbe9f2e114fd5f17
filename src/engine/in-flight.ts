/**
 * Bytes that were handed to the GPU and that it has not taken yet. They lie in the driver's memory until then: a bound on
 * them keeps a load from filling it, without a wait after each piece.
 */
export class InFlight {
  #bytes = 0;
  /** Handed over since the last piece that is waited for. */
  #since = 0;
  readonly #pieces: { readonly bytes: number; readonly taken: Promise<void> }[] = [];

  /**
   * @param most bytes on their way at once, but for a larger piece, which goes alone
   * @param idle resolves once all that was handed over so far is taken
   * @param each pieces together at least so large are waited for: a wait for each small one would cost more than it
   */
  constructor(
    readonly most: number,
    readonly idle: () => Promise<void>,
    readonly each: number,
  ) {}

  /** To be called once a piece was handed over. Resolves when there is room for another. */
  async add(bytes: number): Promise<void> {
    this.#since += bytes;
    if (this.#since < this.each) return;
    this.#pieces.push({ bytes: this.#since, taken: this.idle() });
    this.#bytes += this.#since;
    this.#since = 0;
    while (this.#bytes >= this.most) {
      const [first] = this.#pieces;
      await first.taken;
      // Another that waited for the same piece may have counted it.
      if (this.#pieces[0] !== first) continue;
      this.#pieces.shift();
      this.#bytes -= first.bytes;
    }
  }
}
