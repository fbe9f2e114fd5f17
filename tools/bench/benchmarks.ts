import type { DropSet } from '../../src/engine/contract';
import { packTokens } from '../../src/engine/pack';
import type { Gpu } from '../../src/gpu/gpu';
import { browserEnvironment } from '../../src/lab/browser';
import { evaluate } from '../../src/lab/evaluate';
import { type Exam, readExam } from '../../src/lab/exam';
import { loadModel, type OpenModel, readModel } from '../../src/lab/model';
import { QuestionMaker, type ScoredQuestion, type WrittenQuestion } from '../../src/lab/questions';
import { wordingOf } from '../../src/lab/wording';
import { sublayerIndex } from '../../src/model/units';
import { median } from './timing';

const FULL: DropSet = new Set();
/** Parts from the full model early on, so that little of their walk is shared. */
const PRUNED: DropSet = new Set([sublayerIndex({ block: 2, kind: 'attn' }), sublayerIndex({ block: 3, kind: 'ffn' })]);

/** Items that are timed: of all 228, four subjects' four; and of those, how many also a request at a time. */
const TOGETHER_ITEMS = 16;
const ALONE_ITEMS = 2;
/** Texts written at once, and tokens of each that are timed. */
const TEXTS = 32;
const TEXT_STEPS = 12;

export interface BenchmarksResult {
  readonly items: number;
  /** Of a prompt with its examples, on average. */
  readonly tokensPerPrompt: number;
  /** By the items that were timed. */
  readonly togetherItemsPerSecond: number;
  readonly aloneItemsPerSecond: number;
  /** Items that each rate was taken from. */
  readonly timed: readonly [together: number, alone: number];
  /** Between the two ways' log-probabilities, nats: they must agree. */
  readonly largestDifference: number;
  readonly texts: number;
  readonly tokensPerSecondTogether: number;
  readonly tokensPerSecondAlone: number;
}

/** The bundled benchmarks on the bundled model: packed into trees, and a request at a time by the same kernels. */
export async function measureBenchmarks(gpu: Gpu): Promise<BenchmarksResult> {
  const environment = browserEnvironment(new URL('/', location.href).href);
  const files = await environment.files({ kind: 'bundled' }, () => undefined);
  const model = await loadModel(gpu, await readModel(files, {}), {});
  const read = (task: string, shots: number) => readExam({ task, shots }, environment);
  try {
    return {
      ...(await measureScoring(model, await read('mmlu-lopper', 5))),
      ...(await measureWriting(model, await read('gsm8k-lopper', 8))),
    };
  } finally {
    model.engine.dispose();
  }
}

const makerOf = (model: OpenModel, exam: Exam) =>
  new QuestionMaker(
    {
      wording: wordingOf(model.tokenizer!, {}),
      context: model.report.context,
      prefixId: model.tokenizer!.bosId ?? model.eosIds[0]!,
    },
    exam.task,
  );

async function measureScoring(model: OpenModel, exam: Exam) {
  const { engine, tokenizer } = model;
  const examinee = { ...model, tokenizer: tokenizer!, wording: wordingOf(tokenizer!, {}) };
  const ask = (from: number, to: number) => {
    const part = <T>(list: readonly T[]) => list.slice(from, to);
    const some = { items: part(exam.items), indices: part(exam.indices), examples: part(exam.examples) };
    return evaluate(examinee, { ...exam, ...some }, [FULL, PRUNED]);
  };
  await ask(TOGETHER_ITEMS, TOGETHER_ITEMS + 4); // another subject, to warm up
  let started = performance.now();
  const { items } = await ask(0, TOGETHER_ITEMS);
  const together = (performance.now() - started) / TOGETHER_ITEMS;

  const maker = makerOf(model, exam);
  const questions = exam.items.map((item, i) => maker.make(item, exam.examples[i]!) as ScoredQuestion);
  let largestDifference = 0;
  started = performance.now();
  for (let i = 0; i < ALONE_ITEMS; i++) {
    for (const [choice, sequence] of questions[i]!.sequences.entries()) {
      const tree = packTokens([sequence]);
      for (const [b, branch] of [FULL, PRUNED].entries()) {
        const { logprob } = (await engine.walk(tree, [branch])).branches[0]!;
        const sum = logprob.reduce((a, x) => a + x, 0);
        largestDifference = Math.max(largestDifference, Math.abs(sum - items[i]!.answers[b]!.scores![choice]!));
      }
    }
  }
  const alone = (performance.now() - started) / ALONE_ITEMS;
  const lengths = questions.map((q) => q.sequences[0]!.ids.length);
  return {
    items: exam.items.length,
    tokensPerPrompt: lengths.reduce((a, b) => a + b, 0) / lengths.length,
    togetherItemsPerSecond: 1000 / together,
    aloneItemsPerSecond: 1000 / alone,
    timed: [TOGETHER_ITEMS, ALONE_ITEMS] as const,
    largestDifference,
  };
}

/** Steps of a decoder with many texts, and with one; the prompts are read before. */
async function measureWriting(model: OpenModel, exam: Exam) {
  const maker = makerOf(model, exam);
  const prompts = exam.items
    .slice(0, TEXTS)
    .map((item, i) => (maker.make(item, exam.examples[i]!) as WrittenQuestion).ids);
  const rate = async (count: number) => {
    const capacity = { sequences: count, rows: count * model.report.context, length: model.report.context };
    const decoder = await model.engine.decoder(FULL, prompts.slice(0, count), TEXT_STEPS + 2, {
      capacity,
      likeliest: true,
    });
    const step = () =>
      decoder.step(Array.from({ length: count }, (_, sequence) => ({ sequence, id: decoder.likeliest[sequence]! })));
    const times: number[] = [];
    await step();
    for (let i = 0; i < TEXT_STEPS; i++) {
      const started = performance.now();
      await step();
      times.push(performance.now() - started);
    }
    decoder.dispose();
    return (1000 * count) / median(times);
  };
  return { texts: TEXTS, tokensPerSecondTogether: await rate(TEXTS), tokensPerSecondAlone: await rate(1) };
}
