/**
 * "Is it the same request?" Each list here names all that decides a job's numbers, so that what was measured before can
 * stand beside what is asked for now, or is refused with the first difference in words.
 */
import type { Calibration } from './calibration';
import type { ExamFacts, NamedFile } from './evaluate';
import type { GrowthReport } from './growth';
import type { CurveReport, InfluenceReport, MeasuredTask, Sampling } from './influence';

/** A thing that two requests may differ in, and what it is in each. */
export type Pair = readonly [name: string, was: unknown, is: unknown];

/** The first pair whose two differ. */
export const difference = (pairs: readonly Pair[]): Pair | undefined => pairs.find(([, was, is]) => was !== is);

/** Whether two requests, plain data, are the same to the letter. */
export const samePlain = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** What must be the same of two tasks for their accuracies to be on the same questions. */
const taskPairs = (was: MeasuredTask | undefined, is: MeasuredTask | undefined): Pair[] => [
  ['task', was?.task, is?.task],
  ['number of shots', was?.shots, is?.shots],
  ['number of items', was?.items, is?.items],
  ['seed of the items', was?.seed, is?.seed],
  ['SHA-256 of the items', was?.dataSha256, is?.dataSha256],
];

/** What a sampled metric's report says of what it was asked. */
export type SampledFacts = Pick<InfluenceReport, 'metric' | 'unit' | 'tokens'> &
  Pick<Sampling, 'method' | 'seed' | 'task'> & { readonly units: number };

export const sampledPairs = (was: SampledFacts, is: SampledFacts): Pair[] => [
  ['metric', was.metric, is.metric],
  ['unit', was.unit, is.unit],
  ['method', was.method, is.method],
  ['seed', was.seed, is.seed],
  ['number of units', was.units, is.units],
  ...taskPairs(was.task, is.task),
  ['number of tokens', was.tokens, is.tokens],
];

/** What a report says of its curve as a whole. */
export type CurveHead = Pick<
  CurveReport,
  'strategy' | 'metric' | 'settings' | 'unit' | 'seed' | 'benchmark' | 'judged' | 'recover' | 'standing'
>;
/** With the number of random orders, where there are any. */
export type CurveFacts = CurveHead & { readonly draws?: number };

export function curvePairs(was: CurveFacts, is: CurveFacts): Pair[] {
  const [before, now] = [was.settings, is.settings];
  const named = (whose: string, pairs: Pair[]) => pairs.map(([name, a, b]): Pair => [`${whose} ${name}`, a, b]);
  return [
    ['strategy', was.strategy, is.strategy],
    ['metric', was.metric, is.metric],
    ['unit', was.unit, is.unit],
    ['seed', was.seed, is.seed],
    ['recovery that it starts with', was.standing, is.standing],
    ['number of draws', was.draws, is.draws],
    ['choice of what judges', was.judged?.on, is.judged?.on],
    ['number of tokens chosen on', was.judged?.chosenOn, is.judged?.chosenOn],
    ['SHA-256 of the text that judges', was.judged?.sha256, is.judged?.sha256],
    ['SHA-256 of the text chosen on', was.judged?.chosenSha256, is.judged?.chosenSha256],
    ['denominator', before?.denominator, now?.denominator],
    ['number of permutations', before?.permutations, now?.permutations],
    ['choice of exact values', before?.exact, now?.exact],
    ['bound', before?.bound, now?.bound],
    ['number of lowest units', before?.stableLowest, now?.stableLowest],
    ...named("metric's", taskPairs(before?.task, now?.task)),
    // One that had no recovery, or no benchmark, may get one now.
    ...(was.recover
      ? [
          ['method of recovery', was.recover.method, is.recover?.method] as const,
          ['rank of recovery', was.recover.rank, is.recover?.rank] as const,
        ]
      : []),
    ...(was.benchmark ? named("benchmark's", taskPairs(was.benchmark, is.benchmark)) : []),
  ];
}

export type GrowthFacts = Pick<GrowthReport, 'series' | 'calibrationSha256' | 'metric' | 'task'>;

export const growthPairs = (was: GrowthFacts, is: GrowthFacts): Pair[] => [
  ['series', was.series, is.series],
  ['metric', was.metric, is.metric],
  ['task', was.task?.task, is.task?.task],
  ['number of shots', was.task?.shots, is.task?.shots],
  ['limit of items', was.task?.limit, is.task?.limit],
  ['SHA-256 of the items', was.task?.dataSha256, is.task?.dataSha256],
  ['SHA-256 of the calibration', was.calibrationSha256, is.calibrationSha256],
];

/** What makes two runs of a benchmark ask a model the same. */
export const examPairs = (was: ExamFacts, is: ExamFacts): Pair[] =>
  (['task', 'shots', 'bos', 'chat', 'window', 'dataSha256'] as const).map((key) => [key, was[key], is[key]]);

/** Texts and files may be large, and are mostly the same objects: they are compared as they are. */
export function calibrationPairs(was: Calibration, is: Calibration): Pair[] {
  const [a, b] = [partsOf(was), partsOf(is)];
  const count = Math.max(a.files.length, b.files.length);
  return [
    ['text', a.text, b.text],
    ...Array.from({ length: count }, (_, i): Pair => [`file ${i}`, a.files[i], b.files[i]]),
    ['settings', a.rest, b.rest],
  ];
}

interface Parts {
  readonly text?: string;
  readonly data?: readonly NamedFile[];
}

function partsOf(calibration: Calibration) {
  const { text, data = [], ...rest } = calibration as Parts;
  return { text, files: data, rest: JSON.stringify(rest) };
}

/** Whether two calibrations are the same windows. */
export const sameCalibration = (a: Calibration, b: Calibration): boolean =>
  a === b || difference(calibrationPairs(a, b)) === undefined;
