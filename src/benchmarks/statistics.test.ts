import { describe, expect, test } from 'vitest';
import { accuracyOf, mcnemarExact, newcombePaired, wilsonInterval } from './statistics';

/** A seeded stream of numbers in [0, 1) (mulberry32). */
function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('the interval of an accuracy', () => {
  // Newcombe, Stat. Med. 17:857 (1998), table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i has the published limits', (correct, n, low, high) => {
    const interval = wilsonInterval(correct, n);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  test('it stays within 0 and 1 and reaches them exactly', () => {
    expect(wilsonInterval(0, 7)[0]).toBe(0);
    expect(wilsonInterval(7, 7)[1]).toBe(1);
    expect(wilsonInterval(7, 7)[0]).toBeGreaterThan(0.6);
  });

  test('its half-width is about 9 points at 100 items, 3.5 at 728 and 0.8 at 14,042', () => {
    const half = (n: number) => {
      const [low, high] = wilsonInterval(Math.round(0.4 * n), n);
      return (50 * (high - low)).toFixed(1);
    };
    expect([half(100), half(728), half(14042)]).toEqual(['9.4', '3.5', '0.8']);
  });

  test('no items have no accuracy', () => {
    expect(() => accuracyOf(0, 0)).toThrow(expect.objectContaining({ code: 'benchmark-invalid' }));
    expect(accuracyOf(3, 4)).toMatchObject({ n: 4, correct: 3, accuracy: 0.75 });
  });

  test('95% intervals cover the truth in 93% to 97% of simulated runs', () => {
    const random = seeded(1);
    for (const [p, n] of [
      [0.25, 100],
      [0.5, 60],
      [0.7, 228],
    ] as const) {
      let covered = 0;
      const runs = 4000;
      for (let run = 0; run < runs; run++) {
        let correct = 0;
        for (let i = 0; i < n; i++) if (random() < p) correct++;
        const [low, high] = wilsonInterval(correct, n);
        if (low <= p && p <= high) covered++;
      }
      expect(covered / runs).toBeGreaterThan(0.93);
      expect(covered / runs).toBeLessThan(0.97);
    }
  });
});

describe('one model against another on the same items', () => {
  // Fagerland, Lydersen and Laake, "Statistical Analysis of Contingency Tables" (2017), chapter 8, and the tests of
  // its R package contingencytables: Newcombe's square-and-add interval.
  test.each([
    ['Cavo et al. 2012', [59, 6, 16, 80], -0.0621, -0.1186, -0.0046],
    ['Bentur et al. 2009', [1, 1, 7, 12], -0.2857, -0.507, -0.026],
  ] as const)('the interval is the published one: %s', (_, [n11, n12, n21, n22], mean, low, high) => {
    const interval = newcombePaired(n11, n21, n12, n22);
    expect((n12 - n21) / (n11 + n12 + n21 + n22)).toBeCloseTo(mean, 4);
    expect(interval[0]).toBeCloseTo(low, 3);
    expect(interval[1]).toBeCloseTo(high, 3);
  });

  test('swapping the models mirrors the interval', () => {
    const [low, high] = newcombePaired(40, 9, 2, 30);
    const [low2, high2] = newcombePaired(40, 2, 9, 30);
    expect(low2).toBeCloseTo(-high, 12);
    expect(high2).toBeCloseTo(-low, 12);
  });

  test('models that agree on everything still have an interval with width', () => {
    const [low, high] = newcombePaired(60, 0, 0, 40);
    expect(low).toBeCloseTo(-high, 12);
    expect(high).toBeGreaterThan(0.005);
    expect(newcombePaired(5, 0, 0, 0).every(Number.isFinite)).toBe(true);
    expect(newcombePaired(0, 3, 0, 0)).toEqual([-1, expect.any(Number)]);
  });

  test('95% intervals of the difference cover it in 93% to 97% of simulated runs', () => {
    const random = seeded(2);
    // Shares of items: both right, lost, won.
    for (const [n, both, lost, won] of [
      [100, 0.3, 0.12, 0.06],
      [228, 0.25, 0.05, 0.05],
      [728, 0.5, 0.1, 0.02],
    ] as const) {
      let covered = 0;
      const runs = 4000;
      for (let run = 0; run < runs; run++) {
        const count = [0, 0, 0, 0];
        for (let i = 0; i < n; i++) {
          const draw = random();
          count[draw < both ? 0 : draw < both + lost ? 1 : draw < both + lost + won ? 2 : 3]!++;
        }
        const [low, high] = newcombePaired(count[0]!, count[1]!, count[2]!, count[3]!);
        if (low <= won - lost && won - lost <= high) covered++;
      }
      expect(covered / runs).toBeGreaterThan(0.93);
      expect(covered / runs).toBeLessThan(0.97);
    }
  });
});

describe('McNemar’s exact p', () => {
  test('is the published one', () => {
    // Armitage and Berry, Statistical Methods in Medical Research (1994), p. 127: 12 against 2.
    expect(mcnemarExact(12, 2)).toBeCloseTo(0.0129, 4);
    // Bentur et al. 2009 in Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13:91 (2013): 1 against 7.
    expect(mcnemarExact(1, 7)).toBeCloseTo(0.0703, 4);
  });

  test('equals counting every sequence of flips', () => {
    for (let n = 0; n <= 12; n++) {
      for (let lost = 0; lost <= n; lost++) {
        let asUneven = 0;
        for (let flips = 0; flips < 2 ** n; flips++) {
          const heads = flips.toString(2).replaceAll('0', '').length;
          if (Math.abs(2 * heads - n) >= Math.abs(2 * lost - n)) asUneven++;
        }
        expect(mcnemarExact(lost, n - lost)).toBeCloseTo(asUneven / 2 ** n, 12);
      }
    }
  });

  test('is 1 without flips, and neither underflows nor overflows for thousands', () => {
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(mcnemarExact(5000, 5000)).toBe(1);
    // 5,000 flips, 2 sigma off: about what the normal distribution gives.
    const p = mcnemarExact(2571, 2429);
    expect(p).toBeGreaterThan(0.04);
    expect(p).toBeLessThan(0.05);
  });
});
