import { describe, expect, it } from 'vitest';
import { mcnemarExact, newcombePaired } from '../../benchmarks/statistics';
import type { Item, Metric, Task } from '../../benchmarks/task';
import { LopperError } from '../../errors';
import type { EvalAnswer, EvalReport } from '../contract';
import { countedItem, Tally } from './evaluate-report';

interface Part extends Item {
  readonly subject: string;
  readonly group: string;
}

const taskOf = (metric: Metric): Task =>
  ({
    ...{ name: 'parts', title: 'Parts', about: 'Made up.', metrics: [metric], chance: 0.25 },
    ...{ defaultShots: 0, fewshot: 'none' },
    part: ({ subject, group }: Part) => ({ subject, group }),
    item: () => undefined,
    requests: () => [],
    score: () => ({ answer: 0, correct: true, metrics: {} }),
    shown: () => ({ question: '' }),
  }) as unknown as Task;

const answer = (value: number): EvalAnswer => ({ answer: 0, correct: value > 0.5, metrics: { acc: value } });
const FAILED: EvalAnswer = { answer: '', correct: false, metrics: {}, failed: 'no number' };

/** A report on items, each of a subject, with the answer of every mask. */
function reportOn(kind: Metric['kind'], rows: readonly [subject: string, ...answers: EvalAnswer[]][]): EvalReport {
  const items: Part[] = rows.map(([subject], i) => {
    return { file: 'a', line: i + 1, gold: 0, subject, group: subject < 'c' ? 'low' : 'high' };
  });
  const exam = {
    ...{ task: taskOf({ name: 'acc', kind }), about: 'Made up.', items, examples: [], shots: 0, problems: [] },
    ...{ indices: items.map((_, i) => i), available: 99, notes: [], dataSha256: '' },
  };
  const tally = new Tally(exam, rows[0]!.length - 1, { bos: true, chat: false });
  for (const [index, [, ...answers]] of rows.entries()) {
    tally.add({ index, gold: 0, shown: { question: '' }, answers }, countedItem(exam.task, items[index]!));
  }
  return tally.report();
}

const [right, wrong] = [answer(1), answer(0)];

describe('a report', () => {
  it('counts every item alike, each subject alike, and each group', () => {
    const report = reportOn('share', [
      ['a', right],
      ['b', right],
      ['b', wrong],
      ['b', wrong],
      ['c', right],
    ]);
    expect(report.results[0]).toMatchObject({ n: 5, correct: 3, accuracy: 0.6 });
    expect(report.macro![0]).toBeCloseTo((1 + 1 / 3 + 1) / 3, 12);
    expect(report.groups!.map((g) => [g.kind, g.name, g.results[0]!.n, g.results[0]!.correct])).toEqual([
      ['group', 'high', 1, 1],
      ['group', 'low', 4, 2],
      ['subject', 'a', 1, 1],
      ['subject', 'b', 3, 1],
      ['subject', 'c', 1, 1],
    ]);
  });

  it('compares two masks on the same items as the statistics do, and says where they are too few', () => {
    const full = [true, true, false, true, false, true];
    const pruned = [true, false, false, true, true, false];
    const report = reportOn(
      'share',
      full.map((is, i) => ['a', is ? right : wrong, pruned[i] ? right : wrong]),
    );
    // Two both had right, two only the first, one only the second, one neither.
    const [interval, p] = [newcombePaired(2, 2, 1, 1), mcnemarExact(2, 1)];
    expect(report.difference).toEqual({ mean: -1 / 6, interval, lost: 2, won: 1, p });
    expect(report.tooFew!.needed).toBeGreaterThan(6);
    expect(report.groups).toBeUndefined(); // one subject is no part of anything
  });

  it('holds a third mask against both others, and leaves the first two as they would be alone', () => {
    const full = [true, true, false, true, false, true];
    const pruned = [true, false, false, true, true, false];
    const third = [true, true, false, true, true, false];
    const is = (yes: boolean | undefined) => (yes ? right : wrong);
    const two = reportOn(
      'share',
      full.map((yes, i) => ['a', is(yes), is(pruned[i])]),
    );
    const three = reportOn(
      'share',
      full.map((yes, i) => ['a', is(yes), is(pruned[i]), is(third[i])]),
    );
    expect(two.third).toBeUndefined();
    expect(three.difference).toEqual(two.difference);
    expect(three.tooFew).toEqual(two.tooFew);
    expect(three.third).toEqual({
      toFull: { mean: 0, interval: newcombePaired(3, 1, 1, 1), lost: 1, won: 1, p: mcnemarExact(1, 1) },
      toPruned: { mean: 1 / 6, interval: newcombePaired(3, 0, 1, 2), lost: 0, won: 1, p: mcnemarExact(0, 1) },
    });
  });

  it('leaves answers without finite numbers out, and compares what both have', () => {
    const report = reportOn('share', [
      ['a', right, FAILED],
      ['a', right, wrong],
      ['a', wrong, right],
    ]);
    expect(report.failed).toEqual([0, 1]);
    expect(report.results.map((r) => r.n)).toEqual([3, 2]);
    expect(report.difference).toMatchObject({ mean: 0, lost: 1, won: 1 });
  });

  it('of a metric that is a number gives its mean, and the paired difference of the means', () => {
    const report = reportOn('mean', [
      ['a', answer(0.9), answer(0.4)],
      ['a', answer(0.7), answer(0.6)],
      ['a', answer(0.2), answer(0.2)],
    ]);
    expect(report.results[0]!.accuracy).toBeCloseTo(0.6, 12);
    expect(report.results[0]).toMatchObject({ n: 3, correct: 2 });
    expect(report.difference!.mean).toBeCloseTo(-0.2, 12);
    expect(report.difference).toMatchObject({ lost: 1, won: 0 });
    // 1.96 standard errors of the differences -0.5, -0.1 and 0
    expect(report.difference!.interval[1]).toBeCloseTo(-0.2 + (1.96 * Math.sqrt(0.07)) / Math.sqrt(3), 3);
  });

  it('tells of items that could not be asked among the rows that are no items', () => {
    const items: Part[] = [1, 2].map((line) => ({ file: 'a.jsonl', line, gold: 0, subject: 'a', group: 'low' }));
    const exam = {
      ...{
        task: taskOf({ name: 'acc', kind: 'share' }),
        about: '',
        items,
        examples: [],
        shots: 0,
        notes: [],
        dataSha256: '',
      },
      ...{ indices: [0, 1], available: 2, problems: [{ file: 'a.jsonl', line: 9, message: 'not JSON' }] },
    };
    const tally = new Tally(exam, 1, { bos: true, chat: false });
    tally.add({ index: 0, gold: 0, shown: { question: '' }, answers: [right] }, countedItem(exam.task, items[0]!));
    expect(tally.report()).toMatchObject({ partial: true, unreadable: 1 });
    tally.passOver(items[1]!, new LopperError('prompt-too-long', 'It is too long.', 'Shorten it.'));
    expect(tally.report()).toMatchObject({
      ...{ partial: false, unreadable: 2 },
      problems: [{ line: 9 }, { file: 'a.jsonl', line: 2, message: 'It is too long.' }],
    });
  });
});
