import { expect, it } from 'vitest';
import type { GrowthReport, GrowthRequest } from '../contract';
import { measureGrowth } from './growth';

const point = { name: 'step0', step: 0, loss: 5, block: [1], attn: [1], ffn: [1] };
const asked: GrowthRequest = {
  series: 'owner/model',
  checkpoints: [{ name: 'step0', step: 0, request: { kind: 'bundled', step: 0 } }],
  metric: 'cosine',
  task: { task: 'school', limit: 100 },
};
const before: GrowthReport = {
  series: 'owner/model',
  calibrationSha256: 'ab12',
  metric: 'cosine',
  task: { task: 'school', limit: 100, dataSha256: 'ef56' },
  tokens: 7,
  points: [point],
  failures: [],
  partial: true,
};
const goOn = (resume: GrowthReport) =>
  measureGrowth({ ...asked, resume }, 'ab12', () => Promise.reject(new Error('opened')), { dataSha256: 'ef56' });

it('takes over the points of a series that was measured alike', async () => {
  expect(await goOn(before)).toEqual({ ...before, partial: false });
});

it.each<[string, Partial<GrowthReport>]>([
  ['the series owner/other', { series: 'owner/other' }],
  ['the metric loo-loss', { metric: 'loo-loss' }],
  ['the task none, and school is', { task: undefined }],
  ['the limit of items 10, and 100 is', { task: { task: 'school', limit: 10 } }],
  ['the SHA-256 of the items 0123', { task: { task: 'school', limit: 100, dataSha256: '0123' } }],
  ['the SHA-256 of the calibration cd34', { calibrationSha256: 'cd34' }],
])('does not go on from what has %s', async (what, other) => {
  await expect(goOn({ ...before, ...other })).rejects.toMatchObject({
    code: 'result-mismatch',
    message: expect.stringContaining(what),
  });
});
