import { describe, expect, it } from 'vitest';
import { colourAt, contrast, luminance, rgbAt } from './scale';

const STEPS = Array.from({ length: 101 }, (_, i) => i / 100);
const parse = (css: string) => css.match(/\d+/g)!.map(Number) as unknown as readonly [number, number, number];

describe.each([
  ['above', 1],
  ['below', -1],
])('the influence scale %s zero', (_, sign) => {
  it('grows darker in one direction only, so that it reads without colour', () => {
    const lights = STEPS.map((t) => luminance(rgbAt(sign * t)));
    for (let i = 1; i < lights.length; i++) expect(lights[i]!).toBeLessThan(lights[i - 1]!);
  });

  it('has numbers at AA contrast on every colour', () => {
    for (const t of STEPS) {
      const { background, ink } = colourAt(sign * t);
      expect(contrast(parse(background), parse(ink))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('stays in range for values outside the scale', () => {
    expect(rgbAt(sign * 7)).toEqual(rgbAt(sign));
  });
});

/** What someone sees who has no green cones (Machado, Oliveira and Fernandes 2009), in linear sRGB. */
const DEUTAN = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
] as const;

it('tells the two sides of zero apart for those who see no green', () => {
  const seen = (t: number) => {
    const light = rgbAt(t).map((x) => (x / 255) ** 2.2);
    return DEUTAN.map((row) => row.reduce((sum, weight, i) => sum + weight * light[i]!, 0) ** (1 / 2.2));
  };
  // How much bluer than green, which is left to them, and which one lightness has not.
  const blue = (t: number) => seen(t)[2]! - seen(t)[1]!;
  for (const t of [0.3, 0.6, 1]) expect(blue(t) - blue(-t)).toBeGreaterThan(0.08);
});
