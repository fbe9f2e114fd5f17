import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfToFloat } from './blocks';
import { widen } from './dtypes';
import { type Quantised, quantise, quantised } from './quantise';
import type { TensorInfo } from './tensor';
import { sourceOf } from './testing';

const block = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 32, maxLength: 32 });

/** Errors of a block beside its largest number. */
function errors(values: number[], type: Quantised): { worst: number; largest: number; back: Float32Array } {
  const exact = Float32Array.from(values);
  const back = widen(quantise(exact, type), type);
  const worst = exact.reduce((most, v, i) => Math.max(most, Math.abs(v - back[i]!)), 0);
  return { worst, largest: exact.reduce((most, v) => Math.max(most, Math.abs(v)), 0), back };
}

/** Below this a scale is a subnormal half, whose own rounding counts. */
const SMALL = 1e-4;

describe('numbers made of blocks', () => {
  it('of 8 bits are off by half a 127th of the largest of 32, and what a half rounds', () =>
    fc.assert(
      fc.property(block, (values) => {
        const { worst, largest } = errors(values, 'Q8_0');
        expect(worst).toBeLessThanOrEqual(largest * (0.5 / 127 + 2 ** -11) + 127 * 2 ** -25);
      }),
      { seed: 1 },
    ));

  it('of 4 bits by an eighth of it, and by half of that where they are of its sign or small', () =>
    fc.assert(
      fc.property(block, (values) => {
        const { largest, back } = errors(values, 'Q4_0');
        if (largest < SMALL) return;
        const extreme = values.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most), 0);
        for (const [i, v] of values.entries()) {
          const clipped = v * Math.sign(extreme) < (-7 / 8) * largest;
          expect(Math.abs(v - back[i]!)).toBeLessThanOrEqual(largest * (clipped ? 1 / 8 : 1 / 16) * (1 + 2 ** -6));
        }
      }),
      { seed: 2 },
    ));

  it('of a scale that is the half next to what it should be, and the same whoever reads it', () => {
    const halves = Array.from({ length: 0x7c00 }, (_, bits) => halfToFloat(bits));
    for (let power = -26; power < 20; power++) {
      for (const share of [1, 1 + 2 ** -23, 1.3, 1.9995, 2 - 2 ** -23]) {
        const largest = Math.fround(share * 2 ** power);
        const stored = quantise(
          Float32Array.from({ length: 32 }, () => -largest),
          'Q4_0',
        );
        const scale = halfToFloat(stored[0]! | (stored[1]! << 8));
        const nearest = halves.reduce((best, h) =>
          Math.abs(h - largest / 8) < Math.abs(best - largest / 8) ? h : best,
        );
        expect(Math.abs(scale - largest / 8), `${largest}`).toBe(Math.abs(nearest - largest / 8));
      }
    }
  });

  it('of nothing but zeros stay zeros, and what is exact stays exact', () => {
    expect(errors(new Array(32).fill(0), 'Q4_0').worst).toBe(0);
    expect(
      errors(
        Array.from({ length: 32 }, (_, i) => i - 8).map((v) => Math.max(-8, Math.min(7, v))),
        'Q4_0',
      ).worst,
    ).toBe(0);
    expect(
      errors(
        Array.from({ length: 32 }, (_, i) => 8 * i - 127),
        'Q8_0',
      ).worst,
    ).toBeLessThan(0.07);
  });
});

describe('a matrix made of blocks as it is read', () => {
  it('larger than what is widened at once: the same, and no more of its file is read at once', async () => {
    const [outputs, inputs] = [70, 2 ** 15];
    const values = Float32Array.from({ length: outputs * inputs }, (_, i) => ((i * 7919) % 1009) - 504);
    const bytes = new Uint8Array(values.buffer);
    const source = sourceOf(bytes);
    let largest = 0;
    const read: typeof source.read = (start, end) => {
      largest = Math.max(largest, end - start);
      return source.read(start, end);
    };
    const tensor = {
      name: 'w',
      dtype: 'F32',
      shape: [outputs, inputs],
      source: { ...source, read },
      start: 0,
      end: bytes.length,
    };
    const made = quantised(tensor, 'Q4_0');
    expect(Buffer.compare(await made.source.read(0, made.end), quantise(values, 'Q4_0'))).toBe(0);
    expect(largest).toBe(4 * 2 ** 20);
  });

  const [outputs, inputs] = [6, 64];
  const values = Float32Array.from({ length: outputs * inputs }, (_, i) => Math.sin(i));
  const tensorOf = (numbers: Float32Array<ArrayBuffer>, shape: number[]): TensorInfo => {
    const bytes = new Uint8Array(numbers.buffer);
    return { name: 'w', dtype: 'F32', shape, source: sourceOf(bytes), start: 0, end: bytes.length };
  };

  it.each(['Q8_0', 'Q4_0'] as const)(
    '%s: the same by pieces as whole, and turned where it is published so',
    async (type) => {
      const plain = quantised(tensorOf(values, [outputs, inputs]), type);
      const whole = quantise(values, type);
      expect(plain).toMatchObject({ dtype: type, shape: [outputs, inputs], end: whole.length });
      const pieces = [await plain.source.read(0, 37), await plain.source.read(37, whole.length)];
      expect(Buffer.concat(pieces)).toEqual(Buffer.from(whole));
      const columns = Float32Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)]!);
      const turned = quantised(tensorOf(columns, [inputs, outputs]), type, true);
      expect(turned).toMatchObject({ shape: [outputs, inputs], turned: true });
      expect(await turned.source.read(0, turned.end)).toEqual(whole);
    },
  );
});
