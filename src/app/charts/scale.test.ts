import { describe, expect, it } from 'vitest';
import type { Theme } from '../widgets/theme';
import { colourAt, contrast, luminance, placementOf, rgbAt } from './scale';

const STEPS = Array.from({ length: 101 }, (_, i) => i / 100);
const parse = (css: string) => css.match(/\d+/g)!.map(Number) as unknown as readonly [number, number, number];

describe.each<Theme>(['light', 'dark'])('the %s influence scale', (theme) => {
  it('changes lightness in one direction only, so that it reads without colour', () => {
    const lights = STEPS.map((t) => luminance(rgbAt(t, theme)));
    for (let i = 1; i < lights.length; i++) {
      if (theme === 'light') expect(lights[i]!).toBeLessThan(lights[i - 1]!);
      else expect(lights[i]!).toBeGreaterThan(lights[i - 1]!);
    }
  });

  it('has numbers at AA contrast on every colour', () => {
    for (const t of STEPS) {
      const { background, ink } = colourAt(t, theme);
      expect(contrast(parse(background), parse(ink))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('stays in range for values outside the scale', () => {
    expect(rgbAt(-3, theme)).toEqual(rgbAt(0, theme));
    expect(rgbAt(7, theme)).toEqual(rgbAt(1, theme));
  });
});

describe('placement of values', () => {
  it('is linear from zero for values of one size', () => {
    const p = placementOf([0.1, 0.2, 0.4]);
    expect(p.kind).toBe('linear');
    expect(p.place(0.4)).toBe(1);
    expect(p.place(0.2)).toBeCloseTo(0.5);
  });

  it('is logarithmic when one value would drown the others', () => {
    const p = placementOf([0.001, 0.01, 1]);
    expect(p.kind).toBe('log');
    expect(p.place(0.001)).toBe(0);
    expect(p.place(1)).toBe(1);
    expect(p.place(0.0316)).toBeCloseTo(0.5, 2);
  });

  it('gives harmful and useless units the lowest colour, never a wrong one', () => {
    const p = placementOf([-0.02, 0, 0.001, 2]);
    expect(p.place(-0.02)).toBe(0);
    expect(p.place(0)).toBe(0);
  });

  it('does not fail on no values, equal values or zeros', () => {
    expect(placementOf([]).place(1)).toBe(1);
    expect(placementOf([0, 0]).place(0)).toBe(0);
    expect(placementOf([3, 3]).place(3)).toBe(1);
  });
});
