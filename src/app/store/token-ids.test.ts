import { describe, expect, it } from 'vitest';
import { readTokenIds } from './token-ids';

describe('token ids as a calibration text', () => {
  it('are a JSON list of lists', () => {
    expect(readTokenIds(' [[1, 17, 4], [1, 9]]\n')).toEqual([
      [1, 17, 4],
      [1, 9],
    ]);
  });

  it('leave text alone, also where it begins like a list', () => {
    for (const text of [
      '',
      'Once upon a time',
      '[1, 2]',
      '[[1, 2], "x"]',
      '[[1.5]]',
      '[[1, 2',
      '[[citation needed]]',
    ]) {
      expect(readTokenIds(text)).toBeUndefined();
    }
  });
});
