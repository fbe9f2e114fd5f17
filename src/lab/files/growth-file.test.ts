import { expect, test } from 'vitest';
import { expectFailure } from '../../formats/testing';
import type { GrowthReport } from '../contract';
import { BUNDLED_SERIES, growthFile, readGrowthFile, readSeries, seriesAt } from './growth-file';

const report: GrowthReport = {
  series: 'owner/model',
  calibrationSha256: 'ab12',
  metric: 'loo-loss',
  task: { task: 'school', limit: 100 },
  tokens: 7,
  points: [
    {
      ...{ name: 'step8', step: 8, loss: 5.25, block: [Number.NaN, 0.1], attn: [0.5, -0.1], ffn: [1, 0] },
      accuracy: { n: 4, correct: 1, accuracy: 0.25, interval: [0.05, 0.7] },
    },
  ],
  failures: [{ name: 'step9', message: 'It is not there.' }],
  partial: true,
};
const origin = { text: { source: 'a.txt', sha256: 'ef56' }, madeBy: { lopper: '0.1.0', adapter: 'test' } };
const file = JSON.stringify(growthFile(report, origin));

test('a report comes back from its file as it was, and the file says where it is from', () => {
  expect(readGrowthFile(file, 'part.json')).toEqual(report);
  expect(JSON.parse(file)).toMatchObject({
    format: 'lopper-result',
    version: 1,
    kind: 'growth',
    text: origin.text,
    made_by: origin.madeBy,
  });
});

test('a series of smaller weights is called so, and read back', () => {
  for (const series of ['run', 'a/b', BUNDLED_SERIES]) {
    for (const precision of [undefined, 'q8', 'q4'] as const) {
      expect(readSeries(seriesAt(series, precision))).toEqual({ series, ...(precision && { precision }) });
    }
  }
  expect(seriesAt('run', 'q4')).toBe('run, in 4 bits');
});

test.each([
  ['an empty file', '', 'it is not JSON'],
  ['a file cut short', file.slice(0, 90), 'it is not JSON'],
  ['a list', '[]', '"format" is missing'],
  ['a result of another command', file.replace('"growth"', '"norms"'), '"kind" is "norms", expected "growth"'],
  ['a text for a number', file.replace('5.25', '"low"'), '"points.0.loss" is "low"'],
])('%s is refused by name', async (_, text, what) => {
  await expectFailure(() => readGrowthFile(text, 'part.json'), 'result-invalid', 'part.json', what);
});
