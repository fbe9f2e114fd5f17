import { expect, it } from 'vitest';
import { PRODUCTS } from '../../src/engine/kernels/linear';
import { MENDS, without } from './mends';

it.each(MENDS)('the shader has $name, and can be measured without', (mend) => {
  const { code } = PRODUCTS.matmul_workgroup;
  expect(code.split(mend.now).length).toBe(2);
  expect(without(mend).code).toContain(mend.before);
  expect(without(mend).code).not.toContain(mend.now);
});
