import { describe, expect, it } from 'vitest';
import { tokensSummary, tokensTable, visible } from './token-words';

const report = {
  metric: 'cosine',
  tokens: ['The', ' cat', '\n'],
  attn: [
    [9, 0.1, 0.1],
    [9, 0.02, 0.18],
  ],
  ffn: [
    [9, 0.3, 0.5],
    [9, 0.1, 0.1],
  ],
  block: [
    [9, 0.4, 0.4],
    [9, 0.1, 0.2],
  ],
} as const;

describe('influence token by token', () => {
  it('says which unit matters where, the first position passed over', () => {
    expect(tokensSummary(report, 'ffn')).toContain('feed-forward 0 changes the stream most, at “↵” (position 2): 0.50');
    expect(tokensSummary(report, 'attn')).toContain('Attention 1 hangs most on single tokens: “↵” (position 2)');
    expect(tokensSummary({ ...report, tokens: ['a'], block: [[1]] }, 'block')).toContain('one token');
  });

  it('stands in a table of a token a row', () => {
    const { columns, rows } = tokensTable(report);
    expect(columns.slice(0, 5)).toEqual(['position', 'token', 'attention 0', 'attention 1', 'feed-forward 0']);
    expect(rows[1]).toEqual([1, '␣cat', 0.1, 0.02, 0.3, 0.1, 0.4, 0.1]);
  });

  it('shows tokens that are only space', () => {
    expect(visible(' \n')).toBe('␣↵');
    expect(visible('')).toBe('∅');
  });
});
