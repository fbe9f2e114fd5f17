import { expect, it } from 'vitest';
import { PRODUCTS } from '../../src/engine/kernels/linear';
import { MENDS, without } from './mends';

/** The tiled product alone, and all but it. */
const cut = (code: string) => {
  const [before, rest] = code.split('fn matmul_workgroup(');
  const end = rest!.indexOf('\n}\n');
  return { own: rest!.slice(0, end), others: before! + rest!.slice(end) };
};

it.each(MENDS)('the shader has $name, and can be measured without', (mend) => {
  const { code } = PRODUCTS.matmul_workgroup;
  expect(without(mend).code).not.toBe(code);
  expect(without(mend).file).toContain(mend.name);
});

it('without sums written out, the same loops index arrays, and nothing else changes', () => {
  const [now, then] = [PRODUCTS.matmul_workgroup.code, without(MENDS.at(-1)!).code].map(cut);
  expect(then!.others).toBe(now!.others);
  expect(then!.own).not.toMatch(/\b[lrwa]\d\b/);
  expect(then!.own).toContain('finish(p.rowStart + r + (i >> 1u), c + 4u * (i & 1u), sums[i]);');
  expect(then!.own.match(/workgroupBarrier/g)!.length).toBe(now!.own.match(/workgroupBarrier/g)!.length);
});
