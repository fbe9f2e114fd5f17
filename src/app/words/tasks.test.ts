import { describe, expect, it } from 'vitest';
import { accuracyOf } from '../../benchmarks/statistics';
import { subsetWords, tooFewWords } from './tasks';

describe('the items behind an accuracy', () => {
  it('are named, so that the first 40 are not taken for any 40', () => {
    const results = [accuracyOf(30, 40)];
    expect(subsetWords({ results, available: 200 })).toBe('first 40 of 200 items');
    expect(subsetWords({ results, available: 200, seed: 1 })).toBe('random 40 of 200 items, seed 1');
    expect(subsetWords({ results, available: 40, seed: 1 })).toBe('all 40 items');
    expect(subsetWords({ results, available: 41, failed: [1] })).toBe('all 41 items');
  });

  it('are said to be too few as a fact and not as a failure', () => {
    const tooFew = { message: '', needed: 10_196 };
    const [full, pruned] = [accuracyOf(180, 200), accuracyOf(179, 200)];
    expect(tooFewWords({ tooFew, results: [full, pruned] })).toBe(
      'cannot be told apart with 200 items (about 10,000 would be needed)',
    );
    expect(tooFewWords({ tooFew, results: [full] })).toContain('from guessing with 200 items');
    expect(tooFewWords({ results: [full] })).toBeUndefined();
  });
});
