import { describe, expect, test } from 'vitest';
import { expectFailure } from '../formats/testing';
import { unitsOf } from '../model/units';
import type { Placed } from '../recovery/module';
import { maskFromSublayers } from './mask';
import { placesOf } from './variant';

const BLOCKS = unitsOf(4, 'block');
const mask = maskFromSublayers(4, [...BLOCKS[2], { block: 0, kind: 'ffn' }]);
const emulated = (block: number, kind: Placed['unit']['kind'], first = 1): Placed => ({
  unit: { block, kind },
  module: { strength: 1, bias: Float32Array.of(first, 0) },
});

const merged = (block: number, kind: Placed['unit']['kind']): Placed => ({
  unit: { block, kind },
  module: { ...emulated(block, kind).module, reads: 'update' },
});

describe('recovery modules', () => {
  test("stand where their sublayer was, a block's where its attention was", () => {
    const places = placesOf({ mask, modules: [emulated(2, 'block', 7), emulated(0, 'ffn', 8)] });
    expect(places.map(([index, { bias }]) => [index, bias[0]])).toEqual([
      [4, 7],
      [1, 8],
    ]);
    expect(placesOf({ mask, modules: [emulated(2, 'ffn')] })[0]![0]).toBe(5);
    expect(placesOf({ mask, modules: [merged(1, 'ffn')] })[0]![0]).toBe(3);
    expect(placesOf({ mask })).toEqual([]);
  });

  test.each([
    ['of a sublayer that is kept', [emulated(1, 'attn')], 'attn:1'],
    ['that map what a sublayer adds, which is dropped', [merged(0, 'ffn')], 'ffn:0'],
    ['of a block with a sublayer that is kept', [emulated(0, 'block')], 'block:0'],
    ['of a sublayer whose block has one too', [emulated(2, 'block'), emulated(2, 'ffn')], 'ffn:2'],
    ['twice for one sublayer', [emulated(0, 'ffn'), emulated(0, 'ffn', 2)], 'ffn:0'],
  ])('%s are refused by name', async (_, modules, name) => {
    await expectFailure(
      Promise.resolve().then(() => placesOf({ mask, modules })),
      'mask-mismatch',
      name,
    );
  });
});
