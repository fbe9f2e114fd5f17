import { describe, expect, it } from 'vitest';
import { toCsv } from './csv';

describe('a table as CSV', () => {
  it('keeps numbers whole and leaves out what is not there', () => {
    const rows = [
      [0, 0.1 + 0.2, undefined],
      [1, -1e-9, Number.NaN],
    ];
    expect(toCsv({ columns: ['block', 'attn', 'ffn'], rows })).toBe(
      'block,attn,ffn\n0,0.30000000000000004,\n1,-1e-9,NaN\n',
    );
  });

  it('lets no spreadsheet run a text as a formula', () => {
    const rows = [['=1+1'], ['+cmd'], ['-x'], ['@SUM(A1)'], ['-1.5'], ['+2'], ['a=b'], [-3]];
    expect(toCsv({ columns: ['token'], rows })).toBe("token\n'=1+1\n'+cmd\n'-x\n'@SUM(A1)\n-1.5\n+2\na=b\n-3\n");
  });

  it('says at its head where the numbers come from, a line each whatever is in it', () => {
    const head = ['Cosine influence', 'text: two\nlines'];
    expect(toCsv({ columns: ['block'], rows: [[0]] }, head)).toBe('# Cosine influence\n# text: two lines\nblock\n0\n');
  });

  it('quotes what would break a line', () => {
    expect(toCsv({ columns: ['token'], rows: [[','], ['say "no"'], ['a\nb'], [' plain ']] })).toBe(
      'token\n","\n"say ""no"""\n"a\nb"\n plain \n',
    );
  });
});
