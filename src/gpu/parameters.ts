/** A field of a kernel's parameters: one number, or `[n]`: up to n whole numbers, in the shader an array of n / 4 vec4u. */
export type Field = 'u32' | 'f32' | readonly [count: number];
export type Fields = Readonly<Record<string, Field>>;

type Value<T extends Field> = T extends string ? number : readonly number[];

/** A value for each field. */
export type Values<F extends Fields = Fields> = { readonly [K in keyof F]: Value<F[K]> };

/** The WGSL struct at binding 0: its fields by name, in its order. A test compares the two. */
export class Parameters<const F extends Fields = Fields> {
  readonly #places: readonly { readonly name: string; readonly field: Field; readonly word: number }[];
  /** Of the whole struct, without the padding at its end. */
  readonly bytes: number;

  constructor(
    readonly struct: string,
    readonly fields: F,
  ) {
    let word = 0;
    this.#places = Object.entries(fields).map(([name, field]) => {
      if (typeof field !== 'string') word = Math.ceil(word / 4) * 4; // WGSL begins arrays of vec4 at 16 bytes
      const at = word;
      word += typeof field === 'string' ? 1 : field[0];
      return { name, field, word: at };
    });
    this.bytes = 4 * word;
  }

  /** Puts the values where the shader reads them, from `word` on; of an array's rest it reads nothing. */
  write(into: Words, word: number, values: Values<F>): void {
    for (const place of this.#places) {
      const value: number | readonly number[] = values[place.name];
      const at = word + place.word;
      if (typeof value !== 'number') into.u32.set(value, at);
      else if (place.field === 'f32') into.f32[at] = value;
      else into.u32[at] = value;
    }
  }
}

/** The same memory as whole numbers and as floats. */
export interface Words {
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
}
