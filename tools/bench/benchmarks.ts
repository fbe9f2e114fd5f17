import { FULL, without } from '../../src/engine/branch';
import type { DecoderContract } from '../../src/engine/contract';
import { packTokens } from '../../src/engine/pack';
import type { EvalItem } from '../../src/lab/contract';
import { evaluateExam } from '../../src/lab/exam/evaluate';
import { type Exam, readExam } from '../../src/lab/exam/exam';
import { QuestionMaker, type ScoredQuestion, type WrittenQuestion } from '../../src/lab/exam/questions';
import { wordingOf } from '../../src/lab/exam/wording';
import { openDevice } from '../../src/lab/place/device';
import type { Environment } from '../../src/lab/place/environment';
import { loadModel, type OpenModel, readModel } from '../../src/lab/place/model';
import { sublayerIndex } from '../../src/model/units';
import { median, takeTurns } from './timing';

/** Parts from the full model early on, so that little of their walk is shared. */
const PRUNED = without([sublayerIndex({ block: 2, kind: 'attn' }), sublayerIndex({ block: 3, kind: 'ffn' })]);

/** Turns that the two ways take; in each, items of two subjects are asked together, and one of them a request at a time. */
const ROUNDS = 2;
const TOGETHER_ITEMS = 8;
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
export async function measureBenchmarks(environment: Environment): Promise<BenchmarksResult> {
  const files = await environment.files({ kind: 'bundled' }, () => undefined);
  const model = await loadModel(await openDevice(await environment.webgpu()), await readModel(files, {}), {});
  const read = (task: string, shots: number) => readExam({ task, shots }, environment);
  try {
    return {
      ...(await measureScoring(model, await read('mmlu-lopper', 5))),
      // With more examples, prompt and 256 new tokens would not fit the model's context.
      ...(await measureWriting(model, await read('gsm8k-lopper', 3))),
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
    return evaluateExam(examinee, { ...exam, ...some }, [FULL, PRUNED]);
  };
  const maker = makerOf(model, exam);
  const questions = exam.items.map((item, i) => maker.make(item, exam.examples[i]!) as ScoredQuestion);
  let items: readonly EvalItem[] = [];
  let [round, largestDifference] = [0, 0];
  const together = async () => {
    const first = round++ * TOGETHER_ITEMS;
    items = (await ask(first, first + TOGETHER_ITEMS)).items;
  };
  const alone = async () => {
    const { index, answers } = items[0]!;
    for (const [choice, sequence] of questions[index]!.sequences.entries()) {
      const tree = packTokens([sequence]);
      for (const [b, branch] of [FULL, PRUNED].entries()) {
        const { logprob } = (await engine.walk(tree, [branch])).branches[0]!;
        const sum = logprob.reduce((a, x) => a + x, 0);
        largestDifference = Math.max(largestDifference, Math.abs(sum - answers[b]!.scores![choice]!));
      }
    }
  };
  await ask(exam.items.length - 4, exam.items.length); // another subject, to warm up
  const [togetherTimes, aloneTimes] = await takeTurns([together, alone], ROUNDS, 0);
  const lengths = questions.map((q) => q.sequences[0]!.ids.length);
  return {
    items: exam.items.length,
    tokensPerPrompt: lengths.reduce((a, b) => a + b, 0) / lengths.length,
    togetherItemsPerSecond: (1000 * TOGETHER_ITEMS) / median(togetherTimes!),
    aloneItemsPerSecond: 1000 / median(aloneTimes!),
    timed: [ROUNDS * TOGETHER_ITEMS, ROUNDS] as const,
    largestDifference,
  };
}

/** Steps of a decoder with many texts, and with one; the prompts are read before. */
async function measureWriting(model: OpenModel, exam: Exam) {
  const maker = makerOf(model, exam);
  const prompts = exam.items
    .slice(0, TEXTS)
    .map((item, i) => (maker.make(item, exam.examples[i]!) as WrittenQuestion).ids);
  const counts = [TEXTS, 1];
  const decoders: DecoderContract[] = [];
  for (const count of counts) {
    const { context: length } = model.report;
    const capacity = { sequences: count, rows: count * length, length };
    const options = { capacity, likeliest: true };
    decoders.push(await model.engine.decoder(FULL, prompts.slice(0, count), TEXT_STEPS + 2, options));
  }
  const steps = decoders.map(
    (decoder, i) => () =>
      decoder.step(
        Array.from({ length: counts[i]! }, (_, sequence) => ({ sequence, id: decoder.likeliest[sequence]! })),
      ),
  );
  const [together, alone] = (await takeTurns(steps, TEXT_STEPS)).map((times, i) => (1000 * counts[i]!) / median(times));
  for (const decoder of decoders) decoder.dispose();
  return { texts: TEXTS, tokensPerSecondTogether: together!, tokensPerSecondAlone: alone! };
}
