import { expect, test } from 'vitest';
import { blobSource } from '../formats/sources';
import { expectFailure } from '../formats/testing';
import { readRecovery, writeRecovery } from './file';
import { type AdamState, initAdam, moduleOf, rateAt } from './training';
import { readTraining, trainingTensors } from './training-file';

const MODEL = { id: 'tiny', architecture: 'llama', blocks: 4, width: 3 };
const module = (at: number, rank: number) =>
  moduleOf({
    bias: Float32Array.of(at, at + 1, 1e-20),
    ...(rank > 0 && {
      a: Float32Array.from({ length: 3 * rank }, (_, i) => at + i / 7),
      b: Float32Array.from({ length: 3 * rank }, (_, i) => at - i / 3),
    }),
  });
const UNITS = [
  { kind: 'ffn', block: 0 },
  { kind: 'block', block: 2 },
] as const;
const placed = (at: number) => UNITS.map((unit, i) => ({ unit, module: module(at + i, 2 * i) }));
const DROPPED = [
  { kind: 'ffn', block: 0 },
  { kind: 'attn', block: 2 },
  { kind: 'ffn', block: 2 },
] as const;

const STATE: AdamState = {
  step: 7,
  adapters: initAdam(placed(1), [
    [1, 2, 3],
    [0.1, 1 / 3, 5],
  ]).adapters.map((adapter, i) => ({
    ...adapter,
    first: { ...adapter.first, bias: Float32Array.of(i, 1e-8, -2) },
    second: { ...adapter.second, bias: Float32Array.of(i, 1e-16, 4) },
  })),
};
const RUN = {
  asked: { method: 'sft', fit: 'corrected', lr: 0.1, schedule: 'cosine', batch: 4, seed: 3, rates: 'scaled' },
  ...{ textSha256: 'abc', losses: [3, 2, 1 / 3], heldLosses: [] },
} as const;
const ABOUT = {
  method: 'sft',
  training: { ...RUN, step: 7, best: 5, rates: STATE.adapters.map(({ rates }) => rates) },
};

const fileOf = (tensors = trainingTensors(STATE)) =>
  blobSource(
    'run.safetensors',
    new Blob([writeRecovery({ dropped: DROPPED, modules: placed(9) }, MODEL, ABOUT, tensors)]),
  );

test('a run is read back from the file of what it trained, with all that it goes on from', async () => {
  const { dropped, run } = await readTraining(fileOf(), MODEL);
  expect(dropped).toEqual(DROPPED);
  expect(run).toEqual({ ...RUN, state: STATE, best: { step: 5, modules: placed(9) } });
});

test('the file is a recovery like any other, of the best modules', async () => {
  expect((await readRecovery(fileOf(), MODEL)).modules).toEqual(placed(9));
});

test('a file without a run, or with a part of it missing, says so', async () => {
  await expectFailure(
    readTraining(fileOf(trainingTensors(STATE).slice(1)), MODEL),
    'recovery-invalid',
    'train.ffn.0.bias',
  );
  const plain = writeRecovery({ dropped: DROPPED, modules: placed(9) }, MODEL, { method: 'mean' });
  const source = blobSource('mean.safetensors', new Blob([plain]));
  await expectFailure(readTraining(source, MODEL), 'recovery-invalid', 'mean.safetensors', 'does not say how');
});

test('a cosine falls from the whole rate to nearly none, a constant stays', () => {
  expect(rateAt('constant', 0.1, 7, 10)).toBe(0.1);
  expect(rateAt('cosine', 0.1, 1, 10)).toBe(0.1);
  expect(rateAt('cosine', 0.1, 6, 10)).toBeCloseTo(0.05, 12);
  expect(rateAt('cosine', 0.1, 10, 10)).toBeCloseTo(0.1 * 0.0244717, 7);
});
