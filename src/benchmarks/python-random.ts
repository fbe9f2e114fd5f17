/** CPython's `random.Random`, as far as the field's few-shot draws need it: the Mersenne Twister and what is built on it. */

const SIZE = 624;
const SHIFT = 397;

/** MT19937 (Matsumoto and Nishimura 1998), seeded with a whole number as CPython's `random.seed(int)` does. */
export class PythonRandom {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  constructor(seed: number) {
    this.#initByArray(words(Math.abs(seed)));
  }

  #initByArray(key: readonly number[]): void {
    const mt = this.#state;
    mt[0] = 19650218;
    for (let i = 1; i < SIZE; i++) mt[i] = Math.imul(1812433253, mixed(mt[i - 1]!)) + i;
    let i = 1;
    const wrap = () => {
      if (++i < SIZE) return;
      mt[0] = mt[SIZE - 1]!;
      i = 1;
    };
    for (let n = 0; n < Math.max(SIZE, key.length); n++) {
      const j = n % key.length;
      mt[i] = (mt[i]! ^ Math.imul(mixed(mt[i - 1]!), 1664525)) + key[j]! + j;
      wrap();
    }
    for (let n = 1; n < SIZE; n++) {
      mt[i] = (mt[i]! ^ Math.imul(mixed(mt[i - 1]!), 1566083941)) - i;
      wrap();
    }
    mt[0] = 0x80000000;
  }

  #next(): number {
    const mt = this.#state;
    if (this.#at === SIZE) {
      for (let i = 0; i < SIZE; i++) {
        const y = (mt[i]! & 0x80000000) | (mt[(i + 1) % SIZE]! & 0x7fffffff);
        mt[i] = mt[(i + SHIFT) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.#at = 0;
    }
    let y = mt[this.#at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `random()`: uniform in [0, 1), 53 bits. */
  random(): number {
    const [a, b] = [this.#next() >>> 5, this.#next() >>> 6];
    return (a * 67108864 + b) / 9007199254740992;
  }

  /** `getrandbits(bits)`; 1 or more. */
  getRandBits(bits: number): bigint {
    let value = 0n;
    for (let at = 0, left = bits; left > 0; at += 32, left -= 32) {
      const word = left < 32 ? this.#next() >>> (32 - left) : this.#next();
      value |= BigInt(word) << BigInt(at);
    }
    return value;
  }

  /** `_randbelow(n)`: uniform in 0..n-1, by rejection. n is below 2^32. */
  below(n: number): number {
    const bits = 32 - Math.clz32(n);
    for (;;) {
      const drawn = this.#next() >>> (32 - bits);
      if (drawn < n) return drawn;
    }
  }

  /** `sample(range(n), k)`: k different numbers below n, in the order drawn. */
  sample(n: number, k: number): number[] {
    // As CPython chooses: a list of what is left for small n, a set of what was taken for large ones.
    let setSize = 21;
    if (k > 5) setSize += 4 ** Math.ceil(Math.log(k * 3) / Math.log(4));
    const chosen: number[] = [];
    if (n <= setSize) {
      const left = Array.from({ length: n }, (_, i) => i);
      for (let i = 0; i < k; i++) {
        const j = this.below(n - i);
        chosen.push(left[j]!);
        left[j] = left[n - i - 1]!;
      }
      return chosen;
    }
    const taken = new Set<number>();
    while (chosen.length < k) {
      const j = this.below(n);
      if (taken.has(j)) continue;
      taken.add(j);
      chosen.push(j);
    }
    return chosen;
  }
}

/** `random.Random(seed).sample(range(n), k)`. */
export const pythonSample = (seed: number, n: number, k: number): number[] => new PythonRandom(seed).sample(n, k);

const mixed = (word: number) => word ^ (word >>> 30);

/** A number's 32-bit words, the lowest first. */
function words(value: number): number[] {
  const found = [value >>> 0];
  for (let rest = Math.floor(value / 2 ** 32); rest > 0; rest = Math.floor(rest / 2 ** 32)) found.push(rest >>> 0);
  return found;
}
