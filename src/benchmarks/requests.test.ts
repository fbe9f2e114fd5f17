import { expect, test } from 'vitest';
import type { ChoiceItem } from './choice-item';
import { shared, sharedJson } from './fixtures';
import { extractFlexible, extractStrict, gsm8k, normalise, type WordProblem } from './gsm8k';
import { mmlu } from './mmlu';
import { cutAtStop } from './stop-strings';

// What the field's harness (lm-evaluation-harness, commit 4e7e0d47) asks and scores for real items.
interface Case<Doc> {
  doc_index: number;
  num_fewshot: number;
  doc: Doc;
  fewshot_indices?: number[];
  requests: { context: string; continuation?: string; generation_kwargs?: { until: string[] } }[];
  gold: number | string;
}
type ChoiceDoc = { question: string; subject: string; choices: string[]; answer: number };
type ProblemDoc = { question: string; answer: string };

const lines = (docs: unknown[]) => docs.map((doc) => JSON.stringify(doc)).join('\n');

const SUBJECTS = [
  'abstract_algebra',
  'formal_logic',
  'high_school_geography',
  'machine_learning',
  'moral_scenarios',
  'professional_law',
];

test.for(SUBJECTS)('mmlu asks exactly what the harness asks: %s', (subject, context) => {
  const golden = sharedJson<{ cases: Case<ChoiceDoc>[]; fewshot_pool: { documents: ChoiceDoc[] } }>(
    `benchmarks/requests/mmlu_${subject}.json`,
    context,
  );
  const pool = mmlu.items({ name: 'dev.jsonl', text: lines(golden.fewshot_pool.documents) }).items;
  const { items, problems } = mmlu.items({ name: 'test.jsonl', text: lines(golden.cases.map((c) => c.doc)) });
  expect(problems).toEqual([]);
  const shotsSeen = new Set<number>();
  golden.cases.forEach((c, i) => {
    const item = items[i]!;
    const [examples] = mmlu.examples(pool, [item], c.num_fewshot);
    const asked = mmlu.requests(item, examples!).map((r) => r.kind === 'score' && [r.context, r.continuation]);
    expect(asked).toEqual(c.requests.map((r) => [r.context, r.continuation]));
    expect(item.gold).toBe(c.gold);
    shotsSeen.add(c.num_fewshot);
  });
  expect([...shotsSeen].sort()).toEqual([0, 5]);
});

test('the official CSV files give the same mmlu items as the harness has', (context) => {
  const golden = sharedJson<{ cases: Case<ChoiceDoc>[] }>('benchmarks/requests/mmlu_professional_law.json', context);
  const text = shared('benchmarks/mmlu/test/professional_law_test.csv', context);
  const { items, problems } = mmlu.items({ name: 'professional_law_test.csv', text });
  expect(problems).toEqual([]);
  expect(items).toHaveLength(1534);
  for (const { doc, doc_index } of golden.cases) {
    const item = items[doc_index]!;
    expect({ ...item, line: 0 }).toEqual({
      line: 0,
      subject: doc.subject,
      question: doc.question,
      choices: doc.choices,
      gold: doc.answer,
    });
  }
});

test('mmlu scores as the harness does, ties and underflow included', (context) => {
  const golden = sharedJson<{
    cases: Case<ChoiceDoc>[];
    synthetic_scores: { doc_index: number; loglikelihoods: number[]; result: { acc: number } }[];
  }>('benchmarks/requests/mmlu_abstract_algebra.json', context);
  for (const { doc_index, loglikelihoods, result } of golden.synthetic_scores) {
    const { doc } = golden.cases.find((c) => c.doc_index === doc_index)!;
    const item: ChoiceItem = { ...doc, line: 1, gold: doc.answer };
    const verdict = mmlu.score(
      item,
      loglikelihoods.map((logprob) => ({ logprob })),
    );
    expect(verdict.metrics).toEqual(result);
    expect(verdict.correct).toBe(result.acc === 1);
  }
  expect(golden.synthetic_scores.length).toBeGreaterThan(0);
});

test('gsm8k asks exactly what the harness asks, at 0, 5 and 8 shots', (context) => {
  const golden = sharedJson<{
    cases: Case<ProblemDoc>[];
    fewshot_pool: { documents_by_index: Record<string, ProblemDoc> };
  }>('benchmarks/requests/gsm8k.json', context);
  const read = (docs: ProblemDoc[]): readonly WordProblem[] =>
    docs.length === 0 ? [] : gsm8k.items({ name: 'x.jsonl', text: lines(docs) }).items;
  for (const c of golden.cases) {
    const examples = read((c.fewshot_indices ?? []).map((i) => golden.fewshot_pool.documents_by_index[i]!));
    expect(examples).toHaveLength(c.num_fewshot);
    const [request] = gsm8k.requests(read([c.doc])[0]!, examples);
    if (request?.kind !== 'generate') throw new Error('gsm8k generates');
    expect(request.context).toBe(c.requests[0]!.context);
    expect(request.stop).toEqual(c.requests[0]!.generation_kwargs!.until);
  }
  expect(new Set(golden.cases.map((c) => c.num_fewshot))).toEqual(new Set([0, 5, 8]));
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
    const item: WordProblem = { line: 1, question: '', worked: c.target, gold: normalise(c.target) };
    expect(item.gold).toBe(c.target_normalised);
    expect(gsm8k.score(item, [{ text: c.output }]).metrics).toEqual({
      'strict-match': c['strict-match'].exact_match,
      'flexible-extract': c['flexible-extract'].exact_match,
    });
  }
  for (const c of golden.stop_cases) expect(cutAtStop(c.generation, c.until)).toBe(c.text);
  expect([golden.cases.length, golden.stop_cases.length]).toEqual([44, 6]);
});

test('the official gsm8k test file has 1,319 items', (context) => {
  const { items, problems } = gsm8k.items({ name: 'test.jsonl', text: shared('benchmarks/gsm8k/test.jsonl', context) });
  expect([items.length, problems.length]).toEqual([1319, 0]);
  expect(items[0]!.gold).toBe('18');
});
