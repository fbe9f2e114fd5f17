import { describe, expect, it } from 'vitest';
import {
  bytes,
  count,
  duration,
  growth,
  lowerFirst,
  perplexity,
  roughly,
  short,
  signed,
  signedPercent,
  signedShort,
} from './format';

describe('numbers as the page writes them', () => {
  it('gives every change a sign, and none to nothing', () => {
    expect(signed(0.1774)).toBe('+0.1774');
    expect(signed(-0.2, 1)).toBe('−0.2');
    expect(signed(-0.00001)).toBe('±0.0000');
    expect(signedPercent(-0.256)).toBe('−25.6%');
  });

  it('keeps a cell short from the tiny to the huge', () => {
    expect(short(0.0123)).toBe('0.012');
    expect(short(1.234)).toBe('1.23');
    expect(short(-0.02)).toBe('−0.020');
    expect(short(0.00000012)).toBe('1.2e−7');
    expect(short(123456)).toBe('1.2e5');
    expect(short(-0.0053)).toBe('−0.0053');
  });

  it('hides no sign of a small change', () => {
    expect(signedShort(-1.3e-4)).toBe('−0.00013');
    expect(signedShort(-1.3e-5)).toBe('−1.3e−5');
    expect(signedShort(0.001)).toBe('+0.0010');
    expect(signedShort(0)).toBe('0');
  });

  it('tells a large growth as a factor', () => {
    expect(growth(1.256)).toBe('+25.6%');
    expect(growth(0.9)).toBe('−10.0%');
    expect(growth(212.17)).toBe('× 212');
  });

  it('names sizes, counts and times', () => {
    expect(bytes(512)).toBe('512 B');
    expect(bytes(12 * 1024)).toBe('12.0 KiB');
    expect(count(4_012_032)).toBe('4.01 M');
    expect(count(7)).toBe('7');
    expect(duration(0.2)).toBe('1 s');
    expect(duration(125)).toBe('2 min 05 s');
    expect(duration(4320)).toBe('1 h 12 min');
  });

  it('says that a perplexity is not finite rather than plot it', () => {
    expect(perplexity(Number.POSITIVE_INFINITY)).toBe('not finite');
    expect(perplexity(8.4512)).toBe('8.45');
    expect(perplexity(12345.6)).toBe('12,346');
  });

  it('fits a name into a sentence', () => {
    expect(['Cosine', 'L1', 'Shapley, loss'].map(lowerFirst)).toEqual(['cosine', 'L1', 'Shapley, loss']);
  });
});

it('an estimate is told no more exactly than it is', () => {
  expect([0.2, 61, 1093, 40_500, 1_782_540].map(roughly)).toEqual(['1 s', '61 s', '18 min', '11 h', '21 days']);
});
