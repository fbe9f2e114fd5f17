import { expect, test } from 'vitest';
import { variant } from './dispatcher';
import { NORM } from './norm';

test('the same constants are the same variant, in whatever order; others are another', () => {
  const constants = { THREADS: 64, ROWS: 1, LAYER_NORM: 0, GATHER: 0, ADD: 0 };
  const first = variant(NORM, constants);
  expect(variant(NORM, { ADD: 0, GATHER: 0, LAYER_NORM: 0, ROWS: 1, THREADS: 64 })).toBe(first);
  for (const name of NORM.constants) {
    const other = variant(NORM, { ...constants, [name]: 2 });
    expect(other).not.toBe(first);
    expect(other.constants[name]).toBe(2);
  }
  expect(variant({ ...NORM, code: `${NORM.code} ` }, constants)).not.toBe(first);
});
