import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvalItem, EvalReport, NamedFile } from '../contract';
import type { Lab } from '../jobs';
import { DATA, drop, hasData, job, readJson, STORIES, testLab } from '../testing';

const BENCHMARKS = `${DATA}/benchmarks`;
const REQUESTS = `${BENCHMARKS}/requests`;
const MASKS = [[], drop('attn:2,ffn:3')];
/** Log-probabilities of a sum agree with float64 to this, nats. */
const CLOSE = 2e-3;

interface Scores {
  readonly loglikelihoods: number[];
  readonly is_greedy: boolean[];
  readonly result: Readonly<Record<string, number>>;
}
interface ModelScore {
  readonly doc_index: number;
  readonly num_fewshot: number;
  readonly full: Scores;
  readonly dropped: Scores;
  readonly requests: readonly { readonly n_cut: number }[];
}

/** Every task with scores of the small model, and every number of examples. */
const scored: [string, number][] = (hasData ? readdirSync(REQUESTS) : [])
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) => {
    const { task, model_scores = [] } = readJson(`${REQUESTS}/${file}`);
    const shots = new Set<number>(model_scores.map((s: ModelScore) => s.num_fewshot));
    return [...shots].map((k): [string, number] => [task, k]);
  });

const jsonl = (name: string, docs: readonly unknown[]): NamedFile[] => [
  { name: `${name}.jsonl`, text: docs.map((d) => JSON.stringify(d)).join('\n') },
];

describe.skipIf(!hasData)('benchmarks on stories260K agree with the harness of the field', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = testLab().lab;
    await lab.open({ kind: 'folder', path: STORIES }, job());
  });

  it.each(scored)('%s, %i shots: log-probabilities, greedy flags and metrics, full and pruned', async (task, shots) => {
    const file = readJson(`${REQUESTS}/${task}.json`);
    const wanted: ModelScore[] = file.model_scores.filter((s: ModelScore) => s.num_fewshot === shots);
    const docs = wanted.map((s) => file.cases.find((c: { doc_index: number }) => c.doc_index === s.doc_index).doc);
    const seen: EvalItem[] = [];
    const soFar: EvalReport[] = [];
    const report = await lab.evaluate(
      {
        ...{ task, shots, masks: MASKS, data: jsonl(task, docs) },
        ...(shots > 0 ? { fewshot: jsonl(task, file.fewshot_pool.documents) } : {}),
      },
      {
        ...job(),
        onItem(item, so) {
          seen.push(item);
          soFar.push(so);
        },
      },
    );
    expect(report.items).toHaveLength(wanted.length);
    for (const [i, score] of wanted.entries()) {
      for (const [b, branch] of [score.full, score.dropped].entries()) {
        const answer = report.items[i]!.answers[b]!;
        const where = `item ${i} branch ${b}`;
        for (const [choice, logprob] of branch.loglikelihoods.entries()) {
          expect(Math.abs(answer.scores![choice]! - logprob), `${where} choice ${choice}`).toBeLessThan(CLOSE);
        }
        expect(answer.greedy, where).toEqual(branch.is_greedy);
        for (const [name, value] of Object.entries(branch.result)) {
          expect(Math.abs(answer.metrics[name]! - value), `${where} ${name}`).toBeLessThan(CLOSE);
        }
      }
    }
    const aggregate = file.model_aggregate[`${shots}_shot`];
    for (const [b, want] of [aggregate.full, aggregate.dropped].entries()) {
      for (const [name, value] of Object.entries<number>(want)) {
        if (name === 'n' || name.endsWith('_stderr')) continue;
        const { mean } = report.metrics[name]![b]!;
        expect(Math.abs(mean - value), name).toBeLessThan(CLOSE * Math.max(1, value));
      }
    }
    expect(report.truncated).toBe(wanted.filter((s) => s.requests.some((r) => r.n_cut > 0)).length);
    expect(report.bos).toBe(true);
    expect(seen.toSorted((a, b) => a.index - b.index)).toEqual(report.items);
    expect(soFar.map((s) => s.results[0]!.n)).toEqual(wanted.map((_, i) => i + 1));
    expect(soFar.at(-1)!.partial).toBe(false);
  });

  it.each([
    [0, 1],
    [5, 3],
  ])('gsm8k, %i shots: the texts written, by both models', async (shots, limit) => {
    const official = (name: string) => {
      const text = readFileSync(`${BENCHMARKS}/gsm8k/${name}.jsonl`, 'utf8');
      return [{ name: `${name}.jsonl`, text }];
    };
    const files = { data: official('test'), fewshot: official('train') };
    const report = await lab.evaluate({ task: 'gsm8k', shots, limit, masks: MASKS, ...files }, job());
    const { cases } = readJson(`${REQUESTS}/gsm8k_generation.json`);
    const wanted = cases.filter(
      (c: { num_fewshot: number; doc_index: number }) => c.num_fewshot === shots && c.doc_index < limit,
    );
    let compared = 0;
    for (const { doc_index, full, dropped } of wanted) {
      const { answers } = report.items[doc_index]!;
      for (const [b, branch] of [full, dropped].entries()) {
        expect(answers[b]!.metrics).toMatchObject(branch.exact_match);
        if (branch.smallest_top2_logit_gap < 2e-3) continue;
        expect(answers[b]!.text).toBe(branch.text);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('perplexity of a text is that of its loss, over the same windows', async () => {
    const text = 'Once upon a time there was a dog. '.repeat(20);
    const [scored] = await lab.score({ calibration: { text, seqLen: 64 }, masks: [[]], windows: true }, job());
    const data = [{ name: 'dog.txt', text }];
    const report = await lab.evaluate({ task: 'perplexity', masks: [[]], data, window: 64 }, job());
    expect(report).toMatchObject({ metric: 'perplexity', window: 64 });
    expect(report.metrics.perplexity![0]!.n).toBe(scored!.windows!.length);
    expect(report.metrics.perplexity![0]!.mean).toBeCloseTo(scored!.perplexity, 3);
    const each = scored!.windows!.map(({ nll }) => Math.exp(nll.reduce((a, x) => a + x, 0) / nll.length));
    const mean = each.reduce((a, x) => a + x, 0) / each.length;
    expect(report.metrics.perplexity_by_window![0]!.mean).toBeCloseTo(mean, 3);
  });

  it('own items, some to choose from and some to answer in writing, are one set', async () => {
    const rows = [
      { context: 'The cat sat on the', choices: ['mat', 'moon'], answer: 'mat' },
      { question: 'Who was there?', answer: 'Lily' },
      { context: 'The dog ran to the', choices: ['park', 'sea', 'sky'], answer: 0 },
    ];
    const report = await lab.evaluate({ task: 'own', masks: MASKS, data: jsonl('mine', rows) }, job());
    expect(report.items.map((i) => i.answers[0]!.text === undefined)).toEqual([true, false, true]);
    expect(report.chance).toBeCloseTo((1 / 2 + 0 + 1 / 3) / 3, 9);
  });

  it('answers that are known are not asked again, and a run with other questions does not take them', async () => {
    const { cases, fewshot_pool } = readJson(`${REQUESTS}/mmlu_abstract_algebra.json`);
    const data = jsonl(
      'algebra',
      cases.slice(0, 4).map((c: { doc: unknown }) => c.doc),
    );
    const request = { task: 'mmlu', masks: MASKS, shots: 0, data, fewshot: jsonl('dev', fewshot_pool.documents) };
    const marked = { answer: 1, correct: true, metrics: { acc: 1 }, scores: [0, 7, 0, 0] };
    const report = await lab.evaluate({ ...request, known: [{ 2: marked }, {}] }, job());
    expect(report.items.map((i) => i.answers[0]!.scores![1] === 7)).toEqual([false, false, true, false]);
    const again = await lab.evaluate({ ...request, masks: [[]], knownFrom: report }, job());
    expect(again.items[2]!.answers[0]).toEqual(marked); // kept while the model is open
    await expect(lab.evaluate({ ...request, shots: 1, knownFrom: report }, job())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('shots 0'),
    });
  });

  it('a run that is cancelled goes on where it was', async () => {
    const { cases } = readJson(`${REQUESTS}/mmlu_machine_learning.json`);
    const docs = cases.filter((c: { num_fewshot: number }) => c.num_fewshot === 0).map((c: { doc: unknown }) => c.doc);
    const request = { task: 'mmlu', shots: 0, masks: MASKS, data: jsonl('learning', docs) };
    const first = job();
    let before = 0;
    const onItem = () => {
      if (++before === 2) void lab.cancel(first.job);
    };
    await expect(lab.evaluate(request, { ...first, onItem })).rejects.toMatchObject({ code: 'cancelled' });
    const progress: number[] = [];
    const report = await lab.evaluate(request, { ...job(), onProgress: (p) => progress.push(p.done) });
    expect(progress[0]).toBeGreaterThanOrEqual(2);
    expect(report.items).toHaveLength(docs.length);
  });

  it('a file that is no benchmark, and a task that does not ship, are refused by name', async () => {
    const data = [{ name: 'notes.jsonl', text: '{"a": 1}' }];
    await expect(lab.evaluate({ task: 'mmlu', masks: [[]], data }, job())).rejects.toMatchObject({
      code: 'benchmark-invalid',
      message: expect.stringContaining('notes.jsonl'),
    });
    await expect(lab.evaluate({ task: 'mmlu', masks: [[]] }, job())).rejects.toMatchObject({ code: 'usage' });
    await expect(lab.evaluate({ task: 'mmlu', masks: [[]], data, chat: true }, job())).rejects.toMatchObject({
      code: 'chat-template',
    });
  });
});
