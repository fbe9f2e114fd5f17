import { expect, test } from 'vitest';
import { eightBitFiles, widen } from './eight-bit';
import { parseHeader } from './safetensors';
import { expectFailure, memoryModel, safetensorsFile, sourceOf } from './testing';

/** Two rows of three, with scales 0.5 and 2, and a norm of two. */
function eightBitFile(scaleName = 'w.scale') {
  const data = new Uint8Array(4 * 2 + 4 * 2 + 6);
  data.set(new Uint8Array(Float32Array.of(0.5, 2).buffer), 0);
  data.set(new Uint8Array(Float32Array.of(1.25, -3).buffer), 8);
  data.set(new Uint8Array(Int8Array.of(-127, 0, 127, 1, -1, 64).buffer), 16);
  const header = {
    [scaleName]: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    norm: { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
    w: { dtype: 'I8', shape: [2, 3], data_offsets: [16, 22] },
  };
  return safetensorsFile(header, data);
}

async function floats(file: Awaited<ReturnType<typeof widen>>, name: string) {
  const tensor = (await parseHeader(file)).find((t) => t.name === name)!;
  const bytes = await file.read(tensor.start, tensor.end);
  return { ...tensor, values: Array.from(new Float32Array(bytes.buffer)) };
}

test('every number is its row’s scale times a whole number, norms as they were', async () => {
  const wide = await widen(sourceOf(eightBitFile()));
  expect(await floats(wide, 'w')).toMatchObject({
    dtype: 'F32',
    shape: [2, 3],
    values: [-63.5, 0, 63.5, 2, -2, 128],
  });
  expect((await floats(wide, 'norm')).values).toEqual([1.25, -3]);
  expect((await parseHeader(wide)).map((t) => t.name).sort()).toEqual(['norm', 'w']);
});

test('a matrix without its scales is refused by name', async () => {
  await expectFailure(widen(sourceOf(eightBitFile('v.scale'))), 'safetensors-corrupt', 'w.scale');
});

test('scales of another number than the rows are refused by name', async () => {
  const oneScale = safetensorsFile(
    {
      'w.scale': { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      w: { dtype: 'I8', shape: [2, 3], data_offsets: [4, 10] },
    },
    new Uint8Array(10),
  );
  await expectFailure(widen(sourceOf(oneScale)), 'safetensors-corrupt', 'w.scale has scales for 1 rows, not 2');
});

test('a checkpoint has its own weights and its model’s other files', async () => {
  const model = memoryModel({
    'config.json': '{}',
    'model.safetensors': 'the finished one',
    'g/step4': eightBitFile(),
  });
  const checkpoint = eightBitFiles(model, 'g/step4', 'step4');
  expect(checkpoint.revision).toBe('step4');
  expect(await checkpoint.text('config.json')).toBe('{}');
  expect(await checkpoint.has('model.safetensors.index.json')).toBe(false);
  expect((await floats(await checkpoint.open('model.safetensors'), 'w')).values).toHaveLength(6);
});
