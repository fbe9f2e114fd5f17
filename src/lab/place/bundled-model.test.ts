import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectFailure } from '../../formats/testing';
import { GROWTH_INDEX, readGrowthIndex } from './bundled-model';

test('eight checkpoints ship, the first untrained, and the finished model is the last', () => {
  const checkpoints = readGrowthIndex(readFileSync(`public/${GROWTH_INDEX}`, 'utf8'));
  expect(checkpoints).toHaveLength(9);
  expect(checkpoints[0]).toEqual({ name: 'step0', step: 0, request: { kind: 'bundled', step: 0 } });
  expect(checkpoints[8]!.request).toEqual({ kind: 'bundled' });
  const steps = checkpoints.map((c) => c.step!);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
});

test.each([
  ['cut short', '{"steps": [0, 16'],
  ['a list', '[0, 16]'],
  ['without an end', '{"steps": [0, 16]}'],
  ['with a step that is none', '{"steps": [0.5], "end": 16}'],
])('a list of checkpoints %s is named, and not called a bug', async (_, text) => {
  await expectFailure(() => readGrowthIndex(text), 'file-missing', GROWTH_INDEX);
});
