import { describe, expect, test } from 'vitest';
import { parseHeader } from '../formats/safetensors';
import { blobSource } from '../formats/sources';
import { expectFailure } from '../formats/testing';
import { writeSafetensors } from '../formats/write-safetensors';
import { type Recovery, type RecoveryModel, readRecovery, writeRecovery } from './file';

const MODEL: RecoveryModel = { id: 'tiny', architecture: 'llama', blocks: 4, width: 3, fingerprint: 'a'.repeat(64) };
const RECOVERY: Recovery = {
  dropped: [
    { kind: 'attn', block: 2 },
    { kind: 'ffn', block: 2 },
    { kind: 'ffn', block: 0 },
  ],
  modules: [
    { unit: { kind: 'ffn', block: 0 }, module: { strength: 0.5, bias: Float32Array.of(1, 2, 3) } },
    {
      // Of a layer that is kept.
      unit: { kind: 'ffn', block: 1 },
      module: {
        ...{ strength: 1, reads: 'update', bias: new Float32Array(3) },
        map: { rank: 1, a: Float32Array.of(1, 2, 3), b: Float32Array.of(4, 5, 6) },
      },
    },
    {
      unit: { kind: 'block', block: 2 },
      module: {
        strength: 1,
        reads: 'normed',
        bias: Float32Array.of(0, -1, 1e-20),
        map: { rank: 2, a: Float32Array.of(1, 2, 3, 4, 5, 6), b: Float32Array.of(6, 5, 4, 3, 2, 1) },
        diagonal: Float32Array.of(7, 8, 9),
      },
    },
  ],
};
const NOTES = {
  method: 'linear',
  settings: { rank: 2 },
  calibration: { source: 'stories.txt', tokens: 512 },
  loss: { full: [1, 2], pruned: [3, 4], recovered: [2, 3] },
  made_by: { lopper: '0.1.0', adapter: 'llvmpipe', dtype: 'F16' },
};
const sourceOf = (bytes: Uint8Array<ArrayBuffer>) => blobSource('mine.safetensors', new Blob([bytes]));
const read = (bytes: Uint8Array<ArrayBuffer>, model = MODEL) => readRecovery(sourceOf(bytes), model);

test('a recovery is read back as it was written, with how it was fitted', async () => {
  const bytes = writeRecovery(RECOVERY, MODEL, NOTES);
  const { dropped, modules, about, warnings } = await read(bytes);
  expect({ dropped, modules }).toEqual(RECOVERY);
  expect(about).toMatchObject(NOTES);
  expect(about.model).toEqual({ id: 'tiny', architecture: 'llama', blocks: 4, weights_sha256: 'a'.repeat(64) });
  expect(warnings).toEqual([]);
  const tensors = await parseHeader(sourceOf(bytes));
  expect(tensors.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
    ['ffn.0.bias', [3], 'F32'],
    ['ffn.1.A', [1, 3], 'F32'],
    ['ffn.1.B', [3, 1], 'F32'],
    ['ffn.1.bias', [3], 'F32'],
    ['block.2.A', [2, 3], 'F32'],
    ['block.2.B', [3, 2], 'F32'],
    ['block.2.bias', [3], 'F32'],
    ['block.2.diagonal', [3], 'F32'],
  ]);
});

test('one that was fitted on other weights is read with a warning, one of another shape is refused', async () => {
  const bytes = writeRecovery(RECOVERY, MODEL, NOTES);
  const { warnings } = await read(bytes, { ...MODEL, fingerprint: 'b'.repeat(64) });
  expect(warnings).toEqual(['The recovery was fitted on other weights: tiny (llama).']);
  await expectFailure(read(bytes, { ...MODEL, blocks: 5 }), 'mask-mismatch', '4 blocks', 'has 5');
  await expectFailure(read(bytes, { ...MODEL, width: 4 }), 'mask-mismatch', 'ffn.0.bias', '[3]', '[4]');
});

describe('what is no such file is refused by what is wrong with it', () => {
  const header = (change: object, tensors = [{ name: 'ffn.0.bias', shape: [3], data: new Float32Array(3) }]) => {
    const about = { model: MODEL, dropped: [['ffn', 0]], method: 'mean', strength: {}, ...change };
    return writeSafetensors(tensors, { format: 'lopper-recovery', version: '1', lopper: JSON.stringify(about) });
  };
  const vector = (name: string, ...values: number[]) => ({
    name,
    shape: [values.length],
    data: Float32Array.from(values),
  });
  test.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['no safetensors', new TextEncoder().encode('{"format":"lopper-mask"}'), 'claims'],
    ['a model', writeSafetensors([vector('wte', 1)], { format: 'pt' }), 'does not call it'],
    ['a later version', writeSafetensors([], { format: 'lopper-recovery', version: '2' }), 'version 2'],
    ['one that says nothing', writeSafetensors([], { format: 'lopper-recovery', version: '1' }), 'does not say'],
    ['one with a strength in words', header({ strength: { 'ffn.0': 'much' } }), 'strength'],
    ['a module of a layer that there is not', header({}, [vector('ffn.9.bias', 1, 2, 3)]), 'ffn.9.bias'],
    ['a module of a layer that is kept', header({}, [vector('attn.1.bias', 1, 2, 3)]), 'attn:1'],
    ['a module without a bias', header({}, [vector('ffn.0.diagonal', 1, 2, 3)]), 'no bias'],
    ['a tensor of something else', header({}, [vector('ffn.0.bias', 1, 2, 3), vector('ffn.0.C', 1)]), 'ffn.0.C'],
    ['half a map', header({}, [vector('ffn.0.bias', 1, 2, 3), vector('ffn.0.A', 1)]), 'only one of A and B'],
    ['a number that is none', header({}, [vector('ffn.0.bias', 1, Number.NaN, 3)]), 'not finite'],
  ])('%s', async (_, bytes, part) => {
    await expectFailure(read(bytes), 'recovery-invalid', 'mine.safetensors', part);
  });
});
