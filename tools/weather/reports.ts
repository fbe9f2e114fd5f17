/** Sound files of results, as small as they can be: a plan, a series of checkpoints, and the parts of every job that has some. */
import { TOTALS } from '../../src/engine/observers/totals';
import type {
  CurveReport,
  EvalReport,
  GrowthReport,
  InfluenceReport,
  Part,
  PlanReport,
  RecoverEachReport,
  ScoreReport,
} from '../../src/lab/contract';
import { growthFile } from '../../src/lab/files/growth-file';
import { partFile } from '../../src/lab/files/part-file';
import type { PartJob, PartReport } from '../../src/lab/files/part-schemas';
import { type ResultModel, type ResultOrigin, resultFile } from '../../src/lab/files/result-file';

const BLOCKS = 12;
const from: ResultOrigin = {
  text: { source: 'stories', sha256: 'ab' },
  madeBy: { lopper: '0.1.0', adapter: 'a test', dtype: 'F32' },
};
const attn = (block: number) => ({ block, kind: 'attn' as const });
const perBlock = <T>(of: (block: number) => T): T[] => Array.from({ length: BLOCKS }, (_, block) => of(block));

const plan: PlanReport = {
  budgets: [
    { of: 'params', by: 0.05 },
    { of: 'loss', by: 0.2 },
  ],
  ...{ unit: 'attn', locked: [attn(0)], free: [attn(7), attn(9)], recover: { ranks: [0, 4] }, seed: 0 },
  points: [0, 1, 2].map((n) => ({
    ways: n === 0 ? [] : [{ by: 'greedy' }, { by: 'one-shot', metric: 'cosine' }],
    pick: n === 0 ? [] : [n - 1],
    dropped: n === 0 ? [] : [attn(n === 1 ? 7 : 9)],
    ...(n === 2 && { modules: [{ unit: [attn(9)], rank: 4 }] }),
    ...{ saved: { params: 0.03 * n, kv: 0.1, time: 0.1, memory: 0 }, chosen: 0.7, loss: 0.7 + 0.1 * n },
    ...{ added: [0.05, 0.15], sum: 0.1 },
  })),
  ...{ best: 2, within: true, rivals: [{ way: { by: 'greedy' }, point: 1, more: 0.1, interval: [0, 0.2] }] },
  ...{ tokens: 200, judged: { on: 'odd windows', chosenOn: 200 }, work: { masks: 3, passes: 2.5, alone: 3 } },
  ...{ tried: [{ pick: [0], loss: 0.7, first: 0.6 }, { pick: [1] }], notes: ['Measured on little.'], partial: true },
};

const task = { task: 'school', limit: 4, seed: 1 };
const accuracy = { n: 2, correct: 1, accuracy: 0.5, interval: [0.1, 0.9] } as const;
const growth: GrowthReport = {
  ...{ series: 'mine', calibrationSha256: 'cd', metric: 'cosine', tokens: 40, task: { ...task, dataSha256: 'ef' } },
  points: [0, 1].map((step) => {
    const values = perBlock((block) => block / 10);
    return { name: `step${step}`, step, loss: 2 - step, block: values, attn: values, ffn: values, accuracy };
  }),
  ...{ failures: [{ name: 'step2', message: 'It is not there.' }], partial: false },
};

/** The file of a plan. */
export const planText = (model: ResultModel): string =>
  JSON.stringify(resultFile({ kind: 'plan', report: plan }, model, from));

/** The file of a series of checkpoints. */
export const seriesText = (): string => JSON.stringify(growthFile(growth, from));

/** A report on each of two parts, by job; of influence in each way in which it is cut. */
const REPORTS: readonly {
  readonly [N in PartJob]: readonly [job: N, report: (part: Part) => PartReport<N>];
}[PartJob][] = [
  ['score', (part) => [scored(part), scored(part)]],
  ['influence', (part) => ({ ...influence('loo-loss'), fullLoss: 0.7, part })],
  ['influence', (part) => ({ ...influence('cosine'), part: { ...part, walks: [0, 1], statistics: [statistics()] } })],
  ['influence', (part) => ({ ...influence('gradient'), part: { ...part, walks: [0, 1], gradients: [gradients()] } })],
  [
    'influence',
    (part) => ({
      ...influence('shapley-loss'),
      values: [0, 0.1, 0.2],
      fullLoss: 0.7,
      part: { ...part, drawn: drawn() },
    }),
  ],
  ['curve', curve],
  ['growth', (part) => ({ ...growth, points: [growth.points[part.index - 1]!], part })],
  ['evaluate', evaluated],
  ['recoverEach', recoveredEach],
];

/** Pairs of files that make a whole. */
export const partTexts = (model: ResultModel): readonly (readonly [first: string, second: string])[] =>
  REPORTS.map(([job, report]) => {
    const text = (index: number) => {
      const part = { index, of: 2 };
      const { text, madeBy } = from;
      const asked = { unit: 'attn', 'calibration.seqLen': '64' };
      const dropped = job === 'curve' ? [] : [attn(3)];
      const file = { job, part, model, text, madeBy, asked, words: [job, 'sapling'], dropped, report: report(part) };
      return JSON.stringify(partFile(file));
    };
    return [text(1), text(2)];
  });

function scored(part: Part): ScoreReport {
  const windows = [{ nll: [0.5, 1.5] }, { nll: [1, 2], logits: [0.1, 0.2] }];
  const parts = { of: 'windows', nll: [2, 3], tokens: [2, 2] } as const;
  return { loss: 1.25, perplexity: 3.5, tokens: 4, parts, windows, milliseconds: 3, part };
}

function influence(metric: InfluenceReport['metric']): InfluenceReport {
  return { metric, unit: 'attn', tokens: 40, values: perBlock((block) => block / 10), notFinite: [1] };
}

function statistics() {
  const sums = Object.fromEntries(TOTALS.map((name, i) => [name, i])) as Readonly<
    Record<(typeof TOTALS)[number], number>
  >;
  const units = perBlock(() => ({ first: { rows: 1, sums }, rest: { rows: 9, sums } }));
  return { attn: units, ffn: units, block: units };
}

function gradients() {
  return { sublayers: perBlock(() => [0.1, 0.2]).flat(), blocks: perBlock(() => 0.3), tokens: 20 };
}

/** What the model is worth without every set of three units: the exact value asks for all. */
function drawn() {
  const gone = ['', '0', '2', '4', '0,2', '0,4', '2,4', '0,2,4'];
  const sets = gone.map((set, i): [string, number] => [set, 0.7 + i / 10]);
  return { method: 'exact', seed: 3, permutations: 8, sets } as const;
}

function curve(part: Part): CurveReport {
  const points = [[], [attn(7)], [attn(7), attn(2)]].map((dropped, removed) => ({
    ...{ removed, dropped, loss: 1 + removed, draws: [1 + removed, 1.5 + removed] },
  }));
  return { strategy: 'random', unit: 'attn', seed: 1, points, tokens: 40, partial: false, part };
}

function evaluated(part: Part): EvalReport {
  const answer = {
    answer: 1,
    correct: true,
    metrics: { acc: 1, acc_norm: 0 },
    scores: [-2, -1],
    greedy: [false, true],
  };
  const shown = { question: 'What is red?', choices: ['a', 'b'], subject: 'colours' };
  const mean = { n: 1, mean: 1, interval: [0.2, 1] } as const;
  return {
    ...{ task: 'school', about: 'Of a test.', metric: 'acc', shots: 0, chance: 0.5, seed: 1 },
    ...{ results: [accuracy, accuracy], metrics: { acc: [mean, mean], acc_norm: [mean, mean] } },
    items: [{ index: part.index - 1, gold: 1, shown, answers: [answer, answer] }],
    ...{ available: 9, truncated: 0, unreadable: 1, problems: [{ file: 'x.csv', line: 3, message: 'No answer.' }] },
    ...{ bos: true, chat: false, dataSha256: 'ef', partial: false },
    part: { ...part, counted: [{ chance: 0.5, subject: 'colours', group: 'arts' }], asked: 2, unreadable: 1 },
  };
}

function recoveredEach(part: Part): RecoverEachReport {
  const units = [0, 1].map((i) => ({
    unit: attn(2 * i + part.index - 1),
    ...{ norm: 1, channelMean: 0, channelStd: 1, lossDropped: 2, lossRecovered: 1.5 },
  }));
  return { method: 'linear', strength: 1, rank: 4, unit: 'attn', fullLoss: 0.7, units, tokens: 40, part };
}
