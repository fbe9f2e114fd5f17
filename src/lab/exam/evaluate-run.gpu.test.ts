import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Item, Task } from '../../benchmarks/task';
import { type Branch, FULL, without } from '../../engine/branch';
import { Engine } from '../../engine/engine';
import { packTokens } from '../../engine/pack';
import { hasModels, MODELS, RATES, sharedGpu } from '../../engine/testing/gpu';
import { LopperError } from '../../errors';
import { openFolder } from '../../formats/node';
import { expectFailure } from '../../formats/testing';
import type { Gpu } from '../../gpu/gpu';
import { readModel } from '../place/model';
import { evaluateExam } from './evaluate';
import { AnswerBook } from './evaluate-answers';
import type { Exam } from './exam';
import type { Examinee } from './examinee';
import { QuestionMaker, type ScoredQuestion } from './questions';
import { wordingOf } from './wording';

const PRUNED = without([4, 7]); // attn:2, ffn:3

interface Riddle extends Item {
  readonly question: string;
  readonly choices: readonly string[];
}

/** Choices scored after a question; each item's subject is its file. */
const scored: Task<Riddle> = {
  name: 'riddles',
  title: 'Riddles',
  about: 'Made up for this test.',
  metrics: [{ name: 'acc', kind: 'share' }],
  chance: 0.5,
  defaultShots: 0,
  fewshot: 'first',
  item: () => undefined,
  requests: ({ question, choices }, examples) =>
    choices.map((choice) => ({
      kind: 'score',
      context: `${examples.map((e) => `${e.question} ${e.choices[0]}\n`).join('')}${question}`,
      continuation: ` ${choice}`,
    })),
  score(item, outcomes) {
    const answer = outcomes[0]!.logprob! >= outcomes[1]!.logprob! ? 0 : 1;
    return { answer, correct: answer === item.gold, metrics: { acc: Number(answer === item.gold) } };
  },
  shown: ({ question, choices }) => ({ question, choices }),
  part: ({ file }) => ({ subject: file }),
};

/** The same questions, answered in at most `maxTokens` tokens. */
const written = (maxTokens: number): Task<Riddle> => ({
  ...scored,
  name: 'tales',
  requests: ({ question }, examples) => [
    {
      kind: 'generate',
      context: `${examples.map((e) => `${e.question}\n`).join('')}${question}`,
      stop: [' the', '!'],
      maxTokens,
    },
  ],
  score: (_, [outcome]) => ({ answer: outcome!.text!, correct: true, metrics: { acc: 1 } }),
});

const ANIMALS = ['dog', 'cat', 'bird', 'fish', 'bear', 'duck', 'frog', 'fox', 'mouse', 'lion', 'cow', 'bee'];
const ENDS = ['They wanted to play in the', 'One day', 'The big one said to its mom', 'Lily was', 'He saw a'];
const riddles = (count: number, subjects = 1): Riddle[] =>
  Array.from({ length: count }, (_, i) => {
    const animal = ANIMALS[i % ANIMALS.length];
    const question = `Once there were ${i} ${animal}s. ${ENDS[i % ENDS.length]}`;
    return { file: `s${i % subjects}`, line: i + 1, gold: 0, question, choices: ['park', 'big red boat'] };
  });

const examOf = (task: Task<Riddle>, items: Riddle[], examples: Riddle[] = []): Exam => ({
  task: task as unknown as Task,
  about: task.about,
  items,
  indices: items.map((_, i) => i),
  available: items.length,
  examples: items.map(() => examples),
  shots: examples.length,
  problems: [],
  notes: [],
  dataSha256: '',
});

let gpu: Gpu;
const opened: Engine[] = [];

/** stories260K as an examinee; with a block whose feed-forward gives numbers that are not finite, where asked. */
async function examinee(broken = false): Promise<Examinee & { engine: Engine }> {
  const found = await readModel(await openFolder(`${MODELS}/stories260K`), {});
  const tensors = new Map(found.tensors);
  const name = 'model.layers.3.mlp.down_proj.weight';
  const down = tensors.get(name)!;
  if (broken) {
    const read = async (start: number, end: number) => new Uint8Array(end - start).fill(255);
    tensors.set(name, { ...down, source: { ...down.source, read } });
  }
  const engine = await Engine.open(gpu, found.spec, tensors, { rates: RATES });
  opened.push(engine);
  const tokenizer = found.tokenizer!;
  return { engine, tokenizer, eosIds: found.eosIds, wording: wordingOf(tokenizer, {}) };
}

describe.skipIf(!hasModels)('a run on stories260K', () => {
  let model: Awaited<ReturnType<typeof examinee>>;
  beforeAll(async () => {
    gpu = await sharedGpu();
    model = await examinee();
  });
  afterAll(() => {
    for (const engine of opened) engine.dispose();
  });

  it('packed into trees gives the log-probabilities of every request by itself, and walks a shared beginning once', async () => {
    const exam = examOf(scored, riddles(12, 3), riddles(5));
    const walk = vi.spyOn(model.engine, 'walk');
    const { items } = await evaluateExam(model, exam, [FULL, PRUNED]);
    const rows = walk.mock.calls.reduce((sum, [tree]) => sum + tree.rows, 0);
    const walks = walk.mock.calls.length;
    walk.mockRestore();
    const { context } = model.engine.model;
    const maker = new QuestionMaker({ wording: model.wording, context, prefixId: 1 }, exam.task);
    let apart = 0;
    for (const { index, answers } of items) {
      const { sequences } = maker.make(exam.items[index]!, exam.examples[index]!) as ScoredQuestion;
      for (const [choice, sequence] of sequences.entries()) {
        apart += sequence.ids.length;
        for (const [b, branch] of [FULL, PRUNED].entries()) {
          const { branches } = await model.engine.walk(packTokens([sequence]), [branch]);
          const alone = branches[0]!.logprob.reduce((a, x) => a + x, 0);
          expect(Math.abs(answers[b]!.scores![choice]! - alone)).toBeLessThan(1e-4);
        }
      }
    }
    expect(walks).toBeLessThanOrEqual(3);
    expect(rows).toBeLessThan(apart / 6);
  });

  it('does not ask again what a mask has answered, and asks full and pruned in one walk where both are missing', async () => {
    const exam = examOf(scored, riddles(6));
    const book = new AnswerBook();
    const run = async (some: Exam, branches: Branch[]) => {
      const walk = vi.spyOn(model.engine, 'walk');
      const report = await evaluateExam(model, some, branches, { answers: branches.map((b) => book.of('', b)) });
      const asked = walk.mock.calls.map(([, walked]) => walked.map((b) => b.key));
      walk.mockRestore();
      return { report, asked };
    };
    const half = { ...exam, items: exam.items.slice(0, 3), indices: [0, 1, 2], examples: exam.examples.slice(0, 3) };
    const first = await run(half, [FULL, PRUNED]);
    expect(first.asked).toEqual([['', '4,7']]);
    const other = without([0]);
    const second = await run(exam, [FULL, other]);
    expect(second.asked).toEqual([['0'], ['', '0']]);
    expect(second.report.items.slice(0, 3).map((i) => i.answers[0])).toEqual(
      first.report.items.map((i) => i.answers[0]),
    );
    const third = await run(exam, [FULL, other]);
    expect(third.asked).toEqual([]);
    expect(third.report).toEqual(second.report);
  });

  it('goes on with smaller walks where the device has no memory for large ones', async () => {
    const exam = examOf(scored, riddles(12));
    const want = await evaluateExam(model, exam, [FULL]);
    const { walk } = model.engine;
    const sizes: number[] = [];
    const spy = vi.spyOn(model.engine, 'walk').mockImplementation(async (tree, ...others) => {
      sizes.push(tree.rows);
      if (tree.rows > 60) throw new LopperError('out-of-memory', 'The GPU is full.', 'Make room.');
      return walk.call(model.engine, tree, ...others);
    });
    const got = await evaluateExam(model, exam, [FULL]);
    spy.mockRestore();
    expect(sizes.filter((rows) => rows > 60)).not.toHaveLength(0);
    expect(got.items.map((i) => i.answers[0]!.answer)).toEqual(want.items.map((i) => i.answers[0]!.answer));
    expect(got.items).toHaveLength(12);
  });

  it('tells of items as they come, and of how far it is', async () => {
    const seen: number[] = [];
    const progress: number[] = [];
    const report = await evaluateExam(model, examOf(scored, riddles(20, 4)), [FULL, PRUNED], {
      onItem: (_, soFar) => seen.push(soFar.results[0]!.n),
      onProgress: (items) => progress.push(items),
    });
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(report.items.map((i) => i.index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(progress.at(0)).toBe(0);
    expect(progress.at(-1)).toBe(20);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
    expect(report.groups).toHaveLength(4);
    expect(report.groups!.map((g) => g.results[0]!.n)).toEqual([5, 5, 5, 5]);
  });

  it('writes many texts at once, as each would be written alone', async () => {
    const items = riddles(40); // more than are written at once
    const together = await evaluateExam(model, examOf(written(12), items, riddles(3)), [FULL, PRUNED]);
    expect(together.items).toHaveLength(40);
    expect(new Set(together.items.map((i) => i.answers[0]!.text!.length)).size).toBeGreaterThan(3); // some ended early
    for (const i of [0, 17, 39]) {
      const alone = await evaluateExam(model, examOf(written(12), [items[i]!], riddles(3)), [FULL, PRUNED]);
      expect(together.items[i]!.answers).toEqual(alone.items[0]!.answers);
    }
    expect(together.items.some((i) => i.answers[0]!.text !== i.answers[1]!.text)).toBe(true);
    expect(gpu.memory().cache).toBe(0);
  });

  it('takes prompts of very different lengths, cut where they do not fit the context, and says so', async () => {
    const items = riddles(5).map((item, i) => ({ ...item, question: item.question.repeat([1, 4, 60, 2, 1][i]!) }));
    const textsOf = async (some: Riddle[]) => {
      const report = await evaluateExam(model, examOf(written(6), some), [FULL]);
      return { report, texts: report.items.map((i) => i.answers[0]!.text) };
    };
    const { report, texts } = await textsOf(items);
    for (const [i, item] of items.entries()) expect((await textsOf([item])).texts).toEqual([texts[i]]);
    expect(report.items.map((i) => i.answers[0]!.truncated ?? false)).toEqual([false, false, true, false, false]);
    expect(report.truncated).toBe(1);
  });

  it('passes over an item that cannot be asked, with the line it stands on', async () => {
    const items = riddles(4).map((item, i) =>
      i === 2 ? { ...item, choices: ['park', 'boat and the '.repeat(300)] } : item,
    );
    const report = await evaluateExam(model, examOf(scored, items), [FULL, PRUNED]);
    expect(report.items.map((i) => i.index)).toEqual([0, 1, 3]);
    expect(report).toMatchObject({ unreadable: 1, partial: false, problems: [{ file: 's0', line: 3 }] });
    await expectFailure(evaluateExam(model, examOf(scored, [items[2]!]), [FULL]), 'prompt-too-long');
  });

  it('can be cancelled between the tokens of a text', async () => {
    const controller = new AbortController();
    const run = evaluateExam(model, examOf(written(200), riddles(8)), [FULL], {
      signal: controller.signal,
      onProgress: (items) => items > 0 && controller.abort(),
    });
    await expectFailure(run, 'cancelled');
    expect(gpu.memory().cache).toBe(0);
  });

  it.each([
    ['scored', scored],
    ['written', written(5)],
  ])('%s: where one model gives no finite numbers, the other stands', async (_, task) => {
    const broken = await examinee(true);
    const exam = examOf(task, riddles(10));
    const report = await evaluateExam(broken, exam, [FULL, PRUNED]);
    expect(report.failed).toEqual([10, 0]);
    expect(report.results.map((r) => r.n)).toEqual([0, 10]);
    expect(report.items[0]!.answers[0]!.failed).toContain('the full model');
    expect(report.difference).toBeUndefined();
    await expectFailure(evaluateExam(broken, exam, [FULL]), 'not-finite', 'the full model');
  });
});
