import { expect, it } from 'vitest';
import { calibrationPairs, curvePairs, difference, sameCalibration, samePlain } from './asked';
import type { Calibration } from './calibration';

const text = (more: object = {}): Calibration => ({ text: 'Once upon a time', seqLen: 8, ...more });
const file = { name: 'mine.jsonl', text: '{}' };

it.each<[string, Calibration, Calibration]>([
  ['the text', text(), text({ text: 'Twice upon a time' })],
  ['the window', text(), text({ seqLen: 16 })],
  ['the number of windows', text(), text({ maxWindows: 2 })],
  ['a text and its ids', text(), { ids: [[1, 2]] }],
  ['the ids', { ids: [[1, 2]] }, { ids: [[1, 3]] }],
  ['the task', { task: 'arc_easy' }, { task: 'school' }],
  ['the items', { task: 'arc_easy', data: [file] }, { task: 'arc_easy', data: [{ ...file }] }],
  ['an item file more', { task: 'arc_easy', data: [file] }, { task: 'arc_easy', data: [file, file] }],
  ['the subset', { task: 'arc_easy', subset: '40 of seed 1' }, { task: 'arc_easy', subset: '40 of seed 2' }],
])('tells calibrations apart by %s', (_, a, b) => {
  expect(sameCalibration(a, b)).toBe(false);
  expect(sameCalibration(b, a)).toBe(false);
});

it('knows a calibration again', () => {
  for (const one of [text(), { ids: [[1, 2]] }, { task: 'arc_easy', data: [file] }]) {
    expect(sameCalibration(one, { ...one })).toBe(true);
  }
});

it('names the first difference only', () => {
  const [name] = difference(calibrationPairs(text({ text: 'a', seqLen: 2 }), text({ text: 'b', seqLen: 4 })))!;
  expect(name).toBe('text');
});

it('lets a curve without a benchmark get one, and none lose its own', () => {
  const plain = { strategy: 'greedy', unit: 'block' } as const;
  const measured = { ...plain, benchmark: { task: 'school', shots: 0, items: 8 } };
  expect(difference(curvePairs(plain, measured))).toBeUndefined();
  expect(difference(curvePairs(measured, plain))).toEqual(["benchmark's task", 'school', undefined]);
});

it('compares plain data to the letter', () => {
  expect(samePlain({ unit: 'block', steps: [1] }, { unit: 'block', steps: [1] })).toBe(true);
  expect(samePlain({ unit: 'block' }, { unit: 'attn' })).toBe(false);
});

it('tells curves apart by the text that was chosen on, where another of its own judges', () => {
  const judged = { on: 'another text', chosenOn: 256, sha256: 'a', chosenSha256: 'b' } as const;
  const curve = { strategy: 'greedy', unit: 'block', judged } as const;
  expect(difference(curvePairs(curve, curve))).toBeUndefined();
  const other = { ...curve, judged: { ...judged, chosenSha256: 'c' } };
  expect(difference(curvePairs(curve, other))).toEqual(['SHA-256 of the text chosen on', 'b', 'c']);
});
