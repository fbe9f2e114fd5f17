import { describe, expect, it, test } from 'vitest';
import { expectFailure } from '../../formats/testing';
import type { EvalReport } from '../contract';
import { answersIn, evaluationJson, evaluationsJson, readEvaluations } from './evaluation-file';

const measured = {
  model: { id: 'stories', fingerprint: 'ab12', dtype: 'F32' },
  mask: [{ block: 2, kind: 'attn' }],
  compare: true,
} as const;
const full = { answer: 1, correct: true, metrics: { acc: 1 }, scores: [-2, -1], greedy: [false, true] };
const pruned = { answer: '', correct: false, metrics: {}, failed: 'no number' };
const results = [
  { n: 1, correct: 1, accuracy: 1, interval: [0.2, 1] },
  { n: 0, correct: 0, accuracy: Number.NaN, interval: [0, 1] },
] as const;
const report: EvalReport = {
  ...{ task: 'school', about: 'written for this test', metric: 'acc', shots: 0, chance: 0.25, results },
  ...{ metrics: { acc: [] }, available: 200, truncated: 0, failed: [0, 1], unreadable: 0, problems: [] },
  ...{ bos: true, chat: false, dataSha256: 'cd34', partial: true },
  items: [{ index: 3, gold: 1, shown: { question: 'Why?' }, answers: [full, pruned] }],
};
const one = evaluationJson(report, measured);
const text = JSON.stringify(evaluationsJson([one]));
const both = JSON.stringify(evaluationsJson([one, { ...one, task: 'school_math' }]));

describe('what lopper eval keeps', () => {
  it('comes back with the answers of both models, and with figures nobody asks for', () => {
    const [read] = readEvaluations(text, 'eval.json');
    expect(answersIn(read!, true)).toEqual([{ 3: full }, { 3: pruned }]);
    expect(read).toMatchObject({ task: 'school', drop: 'attn:2', dataSha256: 'cd34', available: 200, chance: 0.25 });
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(text));
  });

  it('comes back of several tasks, and of the pruned model alone', () => {
    expect(readEvaluations(both, 'eval.json').map((r) => r.task)).toEqual(['school', 'school_math']);
    const alone = evaluationJson(
      { ...report, items: [{ ...report.items[0]!, answers: [pruned] }] },
      {
        ...measured,
        compare: false,
      },
    );
    const [read] = readEvaluations(JSON.stringify(alone), 'eval.json');
    expect(answersIn(read!, false)).toEqual([{ 3: pruned }]);
  });

  test.each([
    ['a file cut short', text.slice(0, 50), 'it is not JSON'],
    ['a list', '[]', '"task" is missing'],
    ['null', 'null', 'it is null, no object'],
    ['a result of another command', '{"format":"lopper-result","kind":"norms"}', '"task" is missing'],
    ['no items', text.replace('"items"', '"rows"'), '"items" is missing'],
    ['an item of no number', text.replace('"index":3', '"index":-3'), '"items.0.index" is -3'],
    ['an answer that is none', text.replace('"answer":1', '"answer":null'), '"items.0.full.answer" is null'],
    ['one of its tasks wrong', both.replace('"school_math","about"', '7,"about"'), '"tasks.school_math.task" is 7'],
  ])('%s is refused with what is wrong in it', async (_, wrong, what) => {
    await expectFailure(() => readEvaluations(wrong, 'eval.json'), 'result-invalid', 'eval.json', what);
  });
});
