import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byStep, logSpaced, PYTHIA_STEPS, parseRevisions, publicSteps, stepOf } from './revisions';
import { expectFailure } from './testing';

const names = (text: string, steps = PYTHIA_STEPS) => parseRevisions(text, steps).map((r) => r.name);

test('Pythia has 154 public checkpoints', () => {
  expect(PYTHIA_STEPS).toHaveLength(154);
  expect(PYTHIA_STEPS.slice(0, 13)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 2000]);
  expect(PYTHIA_STEPS.at(-1)).toBe(143000);
});

test('a list, a range and picks from a range', () => {
  expect(parseRevisions('step0, step1000,main')).toEqual([
    { name: 'step0', step: 0 },
    { name: 'step1000', step: 1000 },
    { name: 'main', step: undefined },
  ]);
  expect(names('step512..step3000')).toEqual(['step512', 'step1000', 'step2000', 'step3000']);
  expect(names('step0...step143000')).toHaveLength(154);
  expect(names('step0..step143000:5')).toEqual(['step0', 'step16', 'step512', 'step7000', 'step143000']);
  expect(names('step1,step1,step0..step1')).toEqual(['step1', 'step0']);
});

test('picks are ascending, never repeat, and have both ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 200 }), (count) => {
      const picks = logSpaced(PYTHIA_STEPS, count);
      expect([picks[0], picks.at(-1)]).toEqual([0, 143000]);
      expect(picks).toEqual([...new Set(picks)].sort((a, b) => a - b));
      expect(picks.length).toBeLessThanOrEqual(count);
    }),
  );
});

test('what is no revision is refused', async () => {
  for (const text of ['', 'a,,b', '../x', 'a b', 'step9..step3', 'step3..step3', 'step0..step8:1']) {
    await expectFailure(() => names(text), 'usage');
  }
});

test('a range is of the steps that a model was published at, and refused where they are not known', async () => {
  expect(names('step0..step40', [0, 16, 32, 128])).toEqual(['step0', 'step16', 'step32']);
  expect(publicSteps('EleutherAI/pythia-70m-deduped')).toBe(PYTHIA_STEPS);
  expect(publicSteps('allenai/OLMo-1B-hf')).toBeUndefined();
  expect(parseRevisions('step1000-tokens4B,main')).toHaveLength(2);
  await expectFailure(() => parseRevisions('step0..step3000'), 'usage', 'step0..step3000');
});

test('the step is the number after the word, else the last one', () => {
  const steps = { 'step1000-tokens4B': 1000, 'stage2-step4000': 4000, global_step_16: 16, 'checkpoint-500': 500 };
  for (const [name, step] of Object.entries(steps)) expect(stepOf(name)).toBe(step);
  expect(stepOf('main')).toBeUndefined();
});

test('folders are put in the order of training', () => {
  const found = ['checkpoint-500', 'step_1e', 'checkpoint-10', 'final'].map((name) => ({ name, step: stepOf(name) }));
  expect(found.sort(byStep).map((r) => r.name)).toEqual(['step_1e', 'checkpoint-10', 'checkpoint-500', 'final']);
});
