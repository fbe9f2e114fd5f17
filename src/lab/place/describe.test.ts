import { expect, it } from 'vitest';
import { modelAmong } from '../../formats/gguf/choose';
import { ggufFile, tinyLlama, U32 } from '../../formats/gguf/testing';
import { expectFailure, memoryModel } from '../../formats/testing';
import { describeModel } from './describe';

it('a split of which a part is missing is told by that part, not as a folder of something else', async () => {
  const { metadata, tensors } = tinyLlama();
  const first = ggufFile({ ...metadata, 'split.no': [U32, 0], 'split.count': [U32, 2] }, tensors);
  const names = ['x-00001-of-00002.gguf', 'x-00002-of-00002.gguf'] as const;
  const lacking = await modelAmong({ ...memoryModel({ [names[0]]: first }), list: async () => [names[0]] });
  const failure = await expectFailure(describeModel(lacking), 'file-missing', 'first of 2 files', names[1]);
  expect(failure.remedy).toContain('choose them together');
});
