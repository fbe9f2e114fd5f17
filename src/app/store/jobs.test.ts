import { expect, test } from 'vitest';
import { type Job, waitsFor } from './jobs';

const job = (label: string, begun: boolean): Job => ({
  id: label,
  label,
  ...(begun && { progress: { done: 1, total: 2, unit: 'steps', label } }),
});

test('what waits is told what for, and what is at work waits for nothing', () => {
  const jobs = { plan: job('Plan', true), score: job('Loss', false), generate: job('Texts', false) };
  expect(waitsFor({ jobs }, 'score')?.label).toBe('Plan');
  expect(waitsFor({ jobs }, 'generate')?.label).toBe('Plan');
  expect(waitsFor({ jobs }, 'plan')).toBeUndefined();
  expect(waitsFor({ jobs }, 'norms')).toBeUndefined();
});
