import { beforeAll, describe, expect, it } from 'vitest';
import type { EvalItem, EvalReport, Lab } from './contract';
import { DATA, drop, hasData, job, readJson, STORIES, testLab } from './testing';

const REQUESTS = `${DATA}/benchmarks/requests`;
const MASKS = [[], drop('attn:2,ffn:3')];

interface ModelScore {
  readonly doc_index: number;
  readonly num_fewshot: number;
  readonly full: { readonly loglikelihoods: number[]; readonly result: { readonly acc: number } };
  readonly dropped: { readonly loglikelihoods: number[]; readonly result: { readonly acc: number } };
  readonly requests: readonly { readonly n_cut: number }[];
}

const jsonl = (docs: readonly unknown[]) => docs.map((d) => JSON.stringify(d)).join('\n');

describe.skipIf(!hasData)('benchmarks on stories260K agree with the harness of the field', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = testLab().lab;
    await lab.open({ kind: 'folder', path: STORIES }, job());
  });

  it.each([
    ['abstract_algebra', 0],
    ['abstract_algebra', 5],
    ['professional_law', 0], // contexts longer than the model's are cut on the left
  ])('mmlu %s, %i shots: log-probabilities of full and pruned, accuracy, paired difference', async (subject, shots) => {
    const file = readJson(`${REQUESTS}/mmlu_${subject}.json`);
    const wanted: ModelScore[] = file.model_scores.filter((s: ModelScore) => s.num_fewshot === shots);
    const docOf = (index: number) =>
      file.cases.find((c: { doc_index: number; num_fewshot: number }) => c.doc_index === index).doc;
    const seen: EvalItem[] = [];
    const soFar: EvalReport[] = [];
    const report = await lab.evaluate(
      {
        task: 'mmlu',
        shots,
        masks: MASKS,
        data: [{ name: `${subject}.jsonl`, text: jsonl(wanted.map((s) => docOf(s.doc_index))) }],
        fewshot: [{ name: `${subject}.jsonl`, text: jsonl(file.fewshot_pool.documents) }],
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
        for (const [choice, logprob] of branch.loglikelihoods.entries()) {
          expect(Math.abs(answer.scores![choice]! - logprob), `item ${i} branch ${b} choice ${choice}`).toBeLessThan(
            2e-3,
          );
        }
        expect(Number(answer.correct)).toBe(branch.result.acc);
      }
    }
    expect(report.truncated).toBe(wanted.filter((s) => s.requests.some((r) => r.n_cut > 0)).length);
    const accs = wanted.map((s) => [s.full.result.acc, s.dropped.result.acc] as const);
    expect(report.results[0]!.correct).toBe(accs.reduce((sum, [full]) => sum + full, 0));
    expect(report.difference).toMatchObject({
      lost: accs.filter(([full, pruned]) => full > pruned).length,
      won: accs.filter(([full, pruned]) => full < pruned).length,
    });
    expect(report.bos).toBe(true);
    expect(seen).toEqual(report.items);
    expect(soFar.map((s) => s.results[0]!.n)).toEqual(wanted.map((_, i) => i + 1));
    expect(soFar.at(-1)!.partial).toBe(false);
  });

  it('gsm8k: the texts written, many prompts at once, by both models', async () => {
    const { cases } = readJson(`${REQUESTS}/gsm8k_generation.json`);
    const docs: { doc_index: number; doc: unknown }[] = readJson(`${REQUESTS}/gsm8k.json`).cases;
    const wanted = cases.filter((c: { num_fewshot: number }) => c.num_fewshot === 0).slice(0, 3);
    const text = jsonl(wanted.map((c: { doc_index: number }) => docs.find((d) => d.doc_index === c.doc_index)!.doc));
    const report = await lab.evaluate({ task: 'gsm8k', masks: MASKS, data: [{ name: 'gsm8k.jsonl', text }] }, job());
    let compared = 0;
    for (const [i, c] of wanted.entries()) {
      for (const [b, branch] of [c.full, c.dropped].entries()) {
        if (!branch || branch.smallest_top2_logit_gap < 2e-3) continue;
        expect(report.items[i]!.answers[b]!.text).toBe(branch.text);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('a file that is no benchmark, and a task that does not ship, are refused by name', async () => {
    const data = [{ name: 'notes.jsonl', text: '{"a": 1}' }];
    await expect(lab.evaluate({ task: 'mmlu', masks: [[]], data }, job())).rejects.toMatchObject({
      code: 'benchmark-invalid',
      message: expect.stringContaining('notes.jsonl'),
    });
    await expect(lab.evaluate({ task: 'mmlu', masks: [[]] }, job())).rejects.toMatchObject({ code: 'usage' });
  });
});
