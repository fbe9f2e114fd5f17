import { describe, expect, test } from 'vitest';
import { examplesFor } from './fewshot';
import { extractFlexible, extractStrict, normalise, type WordProblem } from './gsm8k';
import { readItems } from './read-items';
import type { BenchmarkFile } from './rows';
import { cutAtStop } from './stop-strings';
import type { Item, Task } from './task';
import { taskNamed } from './tasks';
import { shared, sharedJson } from './testing';

// What the field's harness (lm-evaluation-harness, commit 4e7e0d47) asks and scores for real items.
interface Case {
  doc_index: number;
  num_fewshot: number;
  doc: Record<string, unknown>;
  fewshot_indices?: number[];
  requests: { context: string; continuation?: string; generation_kwargs?: { until: string[] } }[];
  gold: number | string;
}
interface Golden {
  task: string;
  cases: Case[];
  fewshot_pool?: { documents?: unknown[]; documents_by_index?: Record<number, unknown> };
  fewshot?: { num_fewshot: number; pool_size: number }[];
  synthetic_scores?: {
    doc_index: number;
    loglikelihoods: number[];
    is_greedy: boolean[];
    result: Record<string, number | null>;
  }[];
}

const FILES = [
  'arc_challenge',
  'arc_easy',
  'boolq',
  'gsm8k',
  'hellaswag',
  'lambada_openai',
  'mmlu_abstract_algebra',
  'mmlu_formal_logic',
  'mmlu_high_school_geography',
  'mmlu_machine_learning',
  'mmlu_moral_scenarios',
  'mmlu_professional_law',
  'piqa',
  'toxigen',
  'truthfulqa_mc1',
  'truthfulqa_mc2',
  'winogrande',
];

const asFile = (docs: readonly unknown[], name = 'rows.jsonl'): BenchmarkFile => ({
  name,
  text: docs.map((doc) => JSON.stringify(doc)).join('\n'),
});
const itemsOf = async (task: Task, docs: readonly unknown[]): Promise<readonly Item[]> =>
  docs.length === 0 ? [] : (await readItems(task, [asFile(docs)])).items;

const askedOf = (task: Task, item: Item, examples: readonly Item[]) =>
  task.requests(item, examples).map((r) => {
    if (r.kind === 'generate') return { context: r.context, until: r.stop };
    if (r.kind === 'tokens') throw new Error('a text has no reference request');
    return { context: r.context, continuation: r.continuation };
  });

describe.each(FILES)('%s', (name) => {
  test('asks exactly what the harness asks, at every number of examples', async (context) => {
    const golden = sharedJson<Golden>(`benchmarks/requests/${name}.json`, context);
    const task = taskNamed(golden.task);
    const pool = golden.fewshot_pool;
    for (const c of golden.cases) {
      const [item] = await itemsOf(task, [c.doc]);
      const docs = (c.fewshot_indices ?? []).map((i) => pool!.documents?.[i] ?? pool!.documents_by_index![i]!);
      const examples = await itemsOf(task, docs);
      expect(examples).toHaveLength(c.num_fewshot);
      expect(askedOf(task, item!, examples)).toEqual(
        c.requests.map((r) =>
          r.generation_kwargs
            ? { context: r.context, until: r.generation_kwargs.until }
            : { context: r.context, continuation: r.continuation },
        ),
      );
      expect(task.target?.(item!) ?? item!.gold).toEqual(c.gold);
    }
  });

  test('draws the examples that the harness draws', async (context) => {
    const golden = sharedJson<Golden>(`benchmarks/requests/${name}.json`, context);
    const task = taskNamed(golden.task);
    for (const { num_fewshot, pool_size } of golden.fewshot ?? []) {
      const cases = golden.cases.filter((c) => c.num_fewshot === num_fewshot);
      const last = Math.max(...cases.map((c) => c.doc_index));
      // The documents between are not here: a draw hangs on their number only, not on what they say.
      const [stand] = await itemsOf(task, [cases[0]!.doc]);
      const items: Item[] = Array.from({ length: last + 1 }, () => ({ ...stand!, gold: 'another' }));
      for (const c of cases) [items[c.doc_index]] = (await itemsOf(task, [c.doc])) as [Item];
      const known = golden.fewshot_pool!.documents;
      const pool = known
        ? await itemsOf(task, known)
        : Array.from({ length: pool_size }, (_, i): Item => ({ file: '', line: i + 1, gold: i }));
      expect(pool).toHaveLength(pool_size);
      const drawn = examplesFor(task, pool, items, num_fewshot);
      for (const c of cases) {
        expect(drawn[c.doc_index]!.map((e) => pool.indexOf(e))).toEqual(c.fewshot_indices);
      }
    }
  });

  test('scores as the harness does, ties and underflow included', async (context) => {
    const golden = sharedJson<Golden>(`benchmarks/requests/${name}.json`, context);
    const task = taskNamed(golden.task);
    for (const { doc_index, loglikelihoods, is_greedy, result } of golden.synthetic_scores ?? []) {
      const [item] = await itemsOf(task, [golden.cases.find((c) => c.doc_index === doc_index)!.doc]);
      const outcomes = loglikelihoods.map((logprob, i) => ({ logprob, greedy: is_greedy[i] }));
      const { metrics } = task.score(item!, outcomes);
      for (const [metric, value] of Object.entries(result)) {
        if (value === null) expect(metrics[metric]).toBeNaN();
        else expect(metrics[metric]).toBeCloseTo(value, 12);
      }
    }
  });
});

test('hellaswag cleans rows as the harness does', async (context) => {
  const golden = sharedJson<{
    process_docs_cases: { doc: unknown; query: string; choices: string[]; choice_chars: number[] }[];
  }>('benchmarks/requests/hellaswag.json', context);
  const task = taskNamed('hellaswag');
  for (const c of golden.process_docs_cases) {
    const [item] = await itemsOf(task, [c.doc]);
    expect(task.shown(item!)).toEqual({ question: c.query, choices: c.choices });
  }
});

test('truthfulqa_mc2 counts every true choice, wherever it stands', async (context) => {
  const golden = sharedJson<{
    mask_cases: { doc: unknown; loglikelihoods: number[]; result: { acc: number } }[];
  }>('benchmarks/requests/truthfulqa_mc2.json', context);
  const task = taskNamed('truthfulqa_mc2');
  for (const { doc, loglikelihoods, result } of golden.mask_cases) {
    const [item] = await itemsOf(task, [doc]);
    const outcomes = loglikelihoods.map((logprob) => ({ logprob }));
    expect(task.score(item!, outcomes).metrics.acc).toBeCloseTo(result.acc, 12);
  }
  expect(golden.mask_cases.length).toBeGreaterThan(0);
});

test('every gsm8k answer is extracted, normalised and judged as by the harness', (context) => {
  type Filtered = { extracted: string; normalised: string; exact_match: number };
  const golden = sharedJson<{
    cases: {
      target: string;
      output: string;
      'strict-match': Filtered;
      'flexible-extract': Filtered;
      target_normalised: string;
    }[];
    stop_cases: { generation: string; until: string[]; text: string }[];
  }>('benchmarks/requests/gsm8k_postprocess.json', context);
  for (const c of golden.cases) {
    const strict = extractStrict(c.output);
    const flexible = extractFlexible(c.output);
    expect([strict, normalise(strict)]).toEqual([c['strict-match'].extracted, c['strict-match'].normalised]);
    expect([flexible, normalise(flexible)]).toEqual([
      c['flexible-extract'].extracted,
      c['flexible-extract'].normalised,
    ]);
    const item: WordProblem = { file: '', line: 1, question: '', worked: c.target, gold: normalise(c.target) };
    expect(item.gold).toBe(c.target_normalised);
    expect(taskNamed('gsm8k').score(item, [{ text: c.output }]).metrics).toEqual({
      'strict-match': c['strict-match'].exact_match,
      'flexible-extract': c['flexible-extract'].exact_match,
    });
  }
  for (const c of golden.stop_cases) expect(cutAtStop(c.generation, c.until)).toBe(c.text);
  expect([golden.cases.length, golden.stop_cases.length]).toEqual([44, 6]);
});

test('the official CSV files give the same mmlu items as the harness has', async (context) => {
  const golden = sharedJson<Golden>('benchmarks/requests/mmlu_professional_law.json', context);
  const text = shared('benchmarks/mmlu/test/professional_law_test.csv', context);
  const { items, problems } = await readItems(taskNamed('mmlu_professional_law'), [
    { name: 'professional_law_test.csv', text },
  ]);
  expect(problems).toEqual([]);
  expect(items).toHaveLength(1534);
  for (const { doc, doc_index } of golden.cases) {
    const { question, choices, answer, subject } = doc;
    expect(items[doc_index]).toMatchObject({ subject, question, choices, gold: answer });
  }
});
