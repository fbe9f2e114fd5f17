import { expect, test } from 'vitest';
import { whatElse } from './not-a-model';
import { memoryModel } from './testing';

test('where only the config is missing, weights beside those of other kinds are not called absent', async () => {
  const shards = ['model-00001-of-00001.safetensors', 'model.safetensors.index.json'];
  for (const names of [shards, ['model.safetensors', 'pytorch_model.bin', 'onnx/model.onnx']]) {
    const listed = await whatElse({ ...memoryModel({}), list: async () => names });
    const asked = await whatElse(memoryModel(Object.fromEntries(names.map((name) => [name, '']))));
    for (const error of [listed, asked]) expect(error?.message).toBe('in-memory has weights and no config.json.');
  }
});
