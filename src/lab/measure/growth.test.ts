import { expect, it } from 'vitest';
import { LopperError } from '../../errors';
import type { GrowthReport, GrowthRequest, Part } from '../contract';
import { measureGrowth, mergeGrowth } from './growth';

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

it.each([1, 2, 3, 7])('comes to the same in %i parts, failures and all', async (of) => {
  const names = ['step0', 'step8', 'lost', 'step64'];
  const known: GrowthReport = {
    ...before,
    points: [0, 8, 64].map((step) => ({ ...point, name: `step${step}`, step })),
  };
  const checkpoints = names.map((name) => ({ name, request: { kind: 'bundled' as const } }));
  const open = async () => {
    throw new LopperError('file-missing', 'It is not there.', 'Look for it.');
  };
  const run = (part?: Part) =>
    measureGrowth({ ...asked, checkpoints, resume: known, ...(part && { part }) }, 'ab12', open, {
      dataSha256: 'ef56',
    });
  const whole = await run();
  expect(whole.failures).toEqual([{ name: 'lost', message: 'It is not there. Look for it.' }]);
  const parts = await Promise.all(Array.from({ length: of }, (_, i) => run({ index: i + 1, of })));
  expect(JSON.stringify(mergeGrowth(parts))).toBe(JSON.stringify(whole));
});

it('says which checkpoint failed where all parts came to nothing', () => {
  const failed = { ...before, points: [], failures: [{ name: 'step0', message: 'It is not there.' }] };
  expect(() => mergeGrowth([failed])).toThrow('step0: It is not there.');
});
