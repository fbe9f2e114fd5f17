/** Thrown where bytes are asked for that were not read: there may be more of the file. */
export class CutShort extends Error {
  constructor(
    /** Of the file, from its beginning. */
    readonly needed: number,
    what: string,
  ) {
    super(what);
  }
}

/** The beginning of a file of `size` bytes, taken piece by piece, little-endian. */
export class Bytes {
  at = 0;
  readonly #view: DataView;
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(
    readonly bytes: Uint8Array,
    readonly size: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(length: number): number {
    const at = this.at;
    const needed = at + length;
    if (needed > this.bytes.length) throw new CutShort(needed, `its header needs ${needed} bytes`);
    this.at = needed;
    return at;
  }

  u8 = (): number => this.#view.getUint8(this.#take(1));
  i8 = (): number => this.#view.getInt8(this.#take(1));
  u16 = (): number => this.#view.getUint16(this.#take(2), true);
  i16 = (): number => this.#view.getInt16(this.#take(2), true);
  u32 = (): number => this.#view.getUint32(this.#take(4), true);
  i32 = (): number => this.#view.getInt32(this.#take(4), true);
  u64 = (): number => Number(this.#view.getBigUint64(this.#take(8), true));
  i64 = (): number => Number(this.#view.getBigInt64(this.#take(8), true));
  f64 = (): number => this.#view.getFloat64(this.#take(8), true);
  /** As it was written: 1e-5, where its 32 bits alone are 9.99999974e-6. */
  f32 = (): number => shortest(this.#view.getFloat32(this.#take(4), true));

  text(length: number): string {
    const at = this.#take(length);
    return this.#text.decode(this.bytes.subarray(at, at + length));
  }

  /** A length and so many bytes of UTF-8. Tokens may be less than a character: what is no UTF-8 becomes U+FFFD. */
  string = (): string => this.text(this.count(1));

  /** How many there are of something that takes `least` bytes each: never more than the file has room for. */
  count(least: number): number {
    const at = this.at;
    const count = this.u64();
    const needed = this.at + count * least;
    if (needed > this.size) throw new CutShort(needed, `the count ${count} at byte ${at} needs ${needed} bytes`);
    return count;
  }
}

/** The number of the fewest digits that is this one as f32. */
function shortest(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
