import { expect, it } from 'vitest';
import { widen } from '../../formats/dtypes';
import { judgeHalves } from './halves';

const all = () => widen(new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer), 'F16');

it('tells half floats that are read exactly from those that lose their smallest, and both from wrong ones', () => {
  expect(judgeHalves(all())).toBe('exact');
  expect(judgeHalves(all().map((v) => (Math.abs(v) < 2 ** -14 ? 0 : v)))).toBe('smallest are zero');
  for (const [bits, value] of [
    [0x7bff, Number.POSITIVE_INFINITY], // 65,504
    [0x0400, 0], // the least normal one
    [0x3c00, 1.0001],
    [0x7c00, 65_504], // infinity
  ] as const) {
    const got = all();
    got[bits] = value;
    expect(judgeHalves(got), `half ${bits}`).toBe('wrong');
  }
});
