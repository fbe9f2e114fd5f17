/** A field of a kernel's parameters: one number, or `[n]`: up to n whole numbers, in the shader an array of n / 4 vec4u. */
export type Field = 'u32' | 'f32' | readonly [count: number];
export type Fields = Readonly<Record<string, Field>>;

type Value<T extends Field> = T extends string ? number : readonly number[];

/** A value for each field. */
export type Values<F extends Fields = Fields> = { readonly [K in keyof F]: Value<F[K]> };

/** The WGSL struct at binding 0: its fields by name, in its order. A test compares the two. */
export class Parameters<const F extends Fields = Fields> {
  readonly #places: readonly (readonly [name: string, field: Field, word: number])[];
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
      return [name, field, at] as const;
    });
    this.bytes = 4 * word;
  }

  /** Puts the values where the shader reads them, from byte `offset` on; of an array's rest it reads nothing. */
  write(into: DataView, offset: number, values: Values<F>): void {
    for (const [name, field, word] of this.#places) {
      const value: number | readonly number[] = values[name];
      const at = offset + 4 * word;
      if (typeof value !== 'number') for (const [i, v] of value.entries()) into.setUint32(at + 4 * i, v, true);
      else if (field === 'f32') into.setFloat32(at, value, true);
      else into.setUint32(at, value, true);
    }
  }
}
