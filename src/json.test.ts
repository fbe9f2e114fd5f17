import { expect, test } from 'vitest';
import { parseObject } from './formats/json';
import { parseJson, said, shown } from './json';

const nested = (depth: number) => `${'{"a":['.repeat(depth)}${']}'.repeat(depth)}`;

test('values nested without end are refused as what they are', () => {
  expect(parseJson(nested(100))).toBeTypeOf('object');
  expect(() => parseJson(nested(5000))).toThrow(/nested more than 200 deep/);
  expect(() => parseObject(nested(5000), 'config.json', 'config-invalid')).toThrow(
    expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining('nested') }),
  );
  // Brackets in texts are no nesting.
  expect(parseJson(JSON.stringify({ a: '[{"\\'.repeat(500) }))).toEqual({ a: '[{"\\'.repeat(500) });
});

test('a byte order mark is passed over', () => expect(parseJson('\uFEFF[1]')).toEqual([1]));

test('whatever a message shows is short', () => {
  for (const value of ['x'.repeat(1e6), Array(1e5).fill(1), { a: 'y'.repeat(1e6) }, undefined, null, 1.5, NaN]) {
    expect(shown(value).length).toBeLessThan(70);
  }
  expect([shown('a"b'), shown([1, 'x']), shown(undefined)]).toEqual(['"a\\"b"', '[1,"x"]', 'undefined']);
  expect(said(new Error('z'.repeat(1e6))).length).toBeLessThan(250);
});
