import { expect, test } from 'vitest';
import { sharedJson } from './fixtures';
import { figureOf, harnessResults, pooled } from './harness';
import { readItems } from './read-items';
import { taskNamed } from './tasks';

interface Aggregates {
  task: string;
  cases: { doc_index: number; doc: unknown }[];
  synthetic_scores: { doc_index: number; loglikelihoods: number[]; is_greedy: boolean[] }[];
  synthetic_aggregate: Record<string, number>;
}

test.for(['arc_easy', 'boolq', 'lambada_openai', 'hellaswag', 'truthfulqa_mc2', 'winogrande'])(
  'the figures of %s over all items are the harness’s',
  async (name, context) => {
    const golden = sharedJson<Aggregates>(`benchmarks/requests/${name}.json`, context);
    const task = taskNamed(name);
    const items = await Promise.all(
      golden.synthetic_scores.map(async ({ doc_index, loglikelihoods, is_greedy }) => {
        const doc = golden.cases.find((c) => c.doc_index === doc_index)!.doc;
        const [item] = (await readItems(task, [{ name: 'x.jsonl', text: JSON.stringify(doc) }])).items;
        const outcomes = loglikelihoods.map((logprob, i) => ({ logprob, greedy: is_greedy[i] }));
        return { metrics: task.score(item!, outcomes).metrics };
      }),
    );
    const { results } = harnessResults([{ task, shots: 0, original: items.length, items }], {});
    for (const metric of task.metrics) {
      const wanted = golden.synthetic_aggregate;
      expect(results[name]![`${metric.name},none`]).toBeCloseTo(wanted[metric.name]!, 9);
      const error = wanted[`${metric.name}_stderr`];
      if (error !== undefined) expect(results[name]![`${metric.name}_stderr,none`]).toBeCloseTo(error, 12);
    }
  },
);

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
  expect(file.results.mmlu_anatomy).toEqual({ alias: 'anatomy', 'acc,none': 0.5, 'acc_stderr,none': 0.5 });
  expect(file.groups!.mmlu!['acc,none']).toBeCloseTo(1 / 3, 12);
  expect(file.group_subtasks!.mmlu_stem).toEqual(['mmlu_anatomy']);
  expect(file['n-shot'].mmlu_philosophy).toBe(5);
  expect(file['n-samples'].mmlu_anatomy).toEqual({ original: 2, effective: 2 });
});
