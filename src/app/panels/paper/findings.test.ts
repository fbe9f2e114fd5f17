import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  readShipped,
  readShippedDetails,
  readShippedGrowth,
  SHIPPED_GROWTH,
  SHIPPED_RESULTS,
} from '../../../lab/files/shipped-file';
import type { Known } from '../../store/known';
import { CLAIMS } from './claims';

const read = (path: string) => readFileSync(`public/${path}`, 'utf8');
const results = readShipped(read(SHIPPED_RESULTS));
const details = readShippedDetails(read(SHIPPED_RESULTS.replace(/[^/]+$/, results.details as string)), 'details');
const known: Known = { results, details, origin: { kind: 'shipped', adapter: '' } };
const growth = readShippedGrowth(read(SHIPPED_GROWTH)).reports.find((report) => report.metric === 'cosine');
const findingOf = (id: string) => CLAIMS.find((claim) => claim.id === id)!.find(known, growth);

test('every claim has our figure', () => {
  const without = CLAIMS.filter((claim) => !claim.find(known, growth)).map(({ id }) => id);
  expect(without).toEqual([]);
});

test('figures hold numbers, and words say them', () => {
  for (const claim of CLAIMS) {
    const finding = claim.find(known, growth);
    if (!finding) continue;
    const { figure, words } = finding;
    const numbers =
      figure.kind === 'bars' ? figure.bars.map((bar) => bar.value) : figure.lines.flatMap((line) => line.points.flat());
    expect(numbers.length, claim.id).toBeGreaterThan(1);
    expect(numbers.every(Number.isFinite), claim.id).toBe(true);
    expect(words, claim.id).toMatch(/\d/);
    expect(words, claim.id).not.toMatch(/NaN|undefined/);
  }
});

test('the layer that pays one task with another is the one with the letter head', () => {
  expect(findingOf('tasks')!.words).toContain('attention 7');
});

test('what stands in for the middle blocks gives back most of what they were worth', () => {
  const { figure } = findingOf('recovery')!;
  const [nothing, mean, trained] = figure.kind === 'bars' ? figure.bars : [];
  expect(mean!.value).toBeLessThan(0.2 * nothing!.value);
  expect(trained!.value).toBeLessThan(mean!.value);
});

test('where nothing was measured nothing is said', () => {
  const bare: Known = { results: { ...results, influence: [] }, origin: known.origin };
  for (const claim of CLAIMS) expect(claim.find(bare), claim.id).toBeUndefined();
});
