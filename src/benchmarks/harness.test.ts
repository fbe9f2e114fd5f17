import { expect, test } from 'vitest';
import { figureOf, harnessResults, pooled } from './harness';
import { readItems } from './read-items';
import type { Item, Task } from './task';
import { taskNamed } from './tasks';
import { sharedJson } from './testing';

interface Scored {
  loglikelihoods: number[];
  is_greedy: boolean[];
  result: Record<string, number | null>;
}
interface Golden {
  task: string;
  harness: { task_version: number };
  metrics: string[];
  cases: { doc_index: number; num_fewshot: number; doc: unknown; requests: unknown[] }[];
  synthetic_scores?: ({ doc_index: number } & Scored)[];
  synthetic_aggregate?: Record<string, number>;
  model_scores: { doc_index: number; num_fewshot: number; full: Scored; dropped: Scored }[];
  model_aggregate: Record<string, Record<'full' | 'dropped', Record<string, number>>>;
}

const itemOf = async (task: Task, doc: unknown) =>
  (await readItems(task, [{ name: 'x.jsonl', text: JSON.stringify(doc) }])).items[0]!;

const judge = (task: Task, item: Item, { loglikelihoods, is_greedy }: Scored) =>
  task.score(
    item,
    loglikelihoods.map((logprob, i) => ({ logprob, greedy: is_greedy[i]! })),
  ).metrics;

/** Each figure of a task over items, and its error, as the harness has them. */
function expectFigures(task: Task, metrics: Record<string, number>[], wanted: Record<string, number>) {
  const items = metrics.map((own) => ({ metrics: own }));
  const result = harnessResults([{ task, shots: 0, original: items.length, items }], {}).results[task.name]!;
  for (const [name, value] of Object.entries(wanted)) {
    if (name.startsWith('n') || name.startsWith('left_out')) continue;
    // Sums run in another order here.
    expect(Number(result[`${name},none`]) / (value || 1), name).toBeCloseTo(value === 0 ? 0 : 1, 9);
  }
}

const TASKS = [
  ...['arc_challenge', 'arc_easy', 'boolq', 'hellaswag', 'lambada_openai', 'mmlu_abstract_algebra'],
  ...['mmlu_professional_law', 'piqa', 'toxigen', 'truthfulqa_mc1', 'truthfulqa_mc2', 'winogrande'],
];

test.for(TASKS)('the figures of %s over all items are the harness’s', async (name, context) => {
  const golden = sharedJson<Golden>(`benchmarks/requests/${name}.json`, context);
  const task = taskNamed(name);
  const docOf = (index: number) => golden.cases.find((c) => c.doc_index === index)!.doc;
  const made = await Promise.all(
    golden.synthetic_scores!.map(async (s) => judge(task, await itemOf(task, docOf(s.doc_index)), s)),
  );
  expectFigures(task, made, golden.synthetic_aggregate!);
  for (const [key, wanted] of Object.entries(golden.model_aggregate)) {
    const scores = golden.model_scores.filter((s) => `${s.num_fewshot}_shot` === key);
    for (const branch of ['full', 'dropped'] as const) {
      const metrics = await Promise.all(
        scores.map(async (s) => judge(task, await itemOf(task, docOf(s.doc_index)), s[branch])),
      );
      expect(metrics).toEqual(scores.map((s) => expect.objectContaining(closely(s[branch].result))));
      expectFigures(task, metrics, wanted[branch]);
    }
  }
  expect(task.version).toBe(golden.harness.task_version);
  expect(new Set(task.metrics.map((m) => m.name))).toEqual(new Set(golden.metrics));
});

const closely = (result: Scored['result']) =>
  Object.fromEntries(Object.entries(result).map(([key, value]) => [key, expect.closeTo(value!, 12)]));

test('lambada over stories: what is asked, whether the last word is the likeliest, perplexity', async (context) => {
  const golden = sharedJson<{
    story_cases: {
      doc: unknown;
      requests: { context: string; continuation: string }[];
      full: Scored;
      dropped: Scored;
    }[];
    story_aggregate: Record<'full' | 'dropped', Record<string, number>>;
  }>('benchmarks/requests/lambada_openai.json', context);
  const task = taskNamed('lambada_openai');
  const metrics: Record<'full' | 'dropped', Record<string, number>[]> = { full: [], dropped: [] };
  for (const c of golden.story_cases) {
    const item = await itemOf(task, c.doc);
    const { context: before, continuation } = c.requests[0]!;
    expect(task.requests(item, [])).toEqual([{ kind: 'score', context: before, continuation }]);
    for (const branch of ['full', 'dropped'] as const) metrics[branch].push(judge(task, item, c[branch]));
  }
  expectFigures(task, metrics.full, golden.story_aggregate.full);
  expectFigures(task, metrics.dropped, golden.story_aggregate.dropped);
});

test('MMLU’s groups are weighted and pooled as the harness does it', (context) => {
  type Group = { acc: number; acc_stderr: number };
  const golden = sharedJson<{
    sizes: Record<string, number>;
    category: Record<string, string>;
    cases: { correct: Record<string, number>; groups: Record<string, Record<string, number>> }[];
  }>('benchmarks/requests/mmlu_group.json', context);
  const acc = taskNamed('mmlu').metrics[0];
  for (const { correct, groups } of golden.cases) {
    const figure = (subject: string) =>
      figureOf(
        acc,
        Array.from({ length: golden.sizes[subject]! }, (_, i) => ({ metrics: { acc: Number(i < correct[subject]!) } })),
      );
    for (const [name, wanted] of Object.entries(groups)) {
      const group = name.replace(/^mmlu_?/, '');
      const parts = Object.keys(golden.sizes).filter((s) => group === '' || golden.category[s] === group);
      const { value, stderr } = pooled(parts.map(figure));
      const { acc, acc_stderr } = wanted as unknown as Group;
      expect(value).toBeCloseTo(acc, 12);
      expect(stderr).toBeCloseTo(acc_stderr, 12);
    }
  }
});

test('subjects, groups and the whole stand under the names the field gives them', () => {
  const task = taskNamed('mmlu');
  const items = ['anatomy', 'anatomy', 'philosophy'].map((subject, i) => ({ metrics: { acc: i % 2 }, subject }));
  const file = harnessResults([{ task, shots: 5, original: 3, items }], { model: 'x' });
  expect(file.results.mmlu_anatomy).toEqual({ alias: '  - anatomy', 'acc,none': 0.5, 'acc_stderr,none': 0.5 });
  expect(file.groups!.mmlu).toMatchObject({ alias: 'mmlu', 'acc,none': expect.closeTo(1 / 3, 12) });
  expect(file.results.mmlu_stem).toMatchObject({ alias: ' - stem', 'acc,none': 0.5 });
  expect(file.group_subtasks).toEqual({
    mmlu: ['mmlu_stem', 'mmlu_humanities'],
    mmlu_stem: ['mmlu_anatomy'],
    mmlu_humanities: ['mmlu_philosophy'],
  });
  expect(file['n-shot'].mmlu_philosophy).toBe(5);
  expect(file['n-samples'].mmlu_anatomy).toEqual({ original: 2, effective: 2 });
  expect(file.versions).toEqual({ mmlu_anatomy: 1, mmlu_philosophy: 1 });
  // Of a subset it is not known how many items a subject has.
  const some = harnessResults([{ task, shots: 5, original: 9, items }], {});
  expect(some['n-samples'].mmlu_anatomy).toEqual({ effective: 2 });
});

test('gsm8k has one metric under two filters, as in the field', () => {
  const items = [{ metrics: { 'strict-match': 0, 'flexible-extract': 1 } }];
  const { results, higher_is_better } = harnessResults(
    [{ task: taskNamed('gsm8k'), shots: 5, original: 1319, items }],
    {},
  );
  expect(results.gsm8k).toEqual({
    alias: 'gsm8k',
    'exact_match,strict-match': 0,
    'exact_match_stderr,strict-match': 'N/A',
    'exact_match,flexible-extract': 1,
    'exact_match_stderr,flexible-extract': 'N/A',
  });
  expect(higher_is_better.gsm8k).toEqual({ exact_match: true });
});
