import { expect, it } from 'vitest';
import { ofModel } from './of-model';

const model = { id: 'm', fingerprint: 'ab', dtype: 'Q4_0 + F32', precision: 'q4' } as const;

it('weights that were made smaller while loading are told under the numbers, and in JSON', () => {
  const { json, text } = ofModel({ json: { loss: 1 }, text: 'loss  1.00000' }, model);
  expect(json).toEqual({ loss: 1, model });
  expect(text).toBe('loss  1.00000\n\nWeights made of 4 bits while loading: Q4_0 + F32.');
});

it('as they are published they are named in JSON alone; what names its model is left as it is', () => {
  const published = { id: 'm', fingerprint: 'ab', dtype: 'F16' };
  expect(ofModel({ json: { loss: 1 }, text: 'loss' }, published)).toEqual({
    json: { loss: 1, model: published },
    text: 'loss',
  });
  const own = { model: { id: 'm' } };
  expect(ofModel({ json: own, text: '' }, model).json).toBe(own);
});
