import { readArguments, usage, wholeNumber } from '../../src/cli/arguments';
import { modelRequest } from '../../src/cli/model-request';
import type { ModelRequest } from '../../src/lab/contract';
import { UNIT_NAMES, type UnitKind } from '../../src/model/units';
import { type InfluenceMetric, isPlain, isRecovered, METRIC_NAMES } from '../../src/pruning/metrics';

/** Which curves are drawn, and how far. */
export interface CurveBudget {
  readonly units: readonly UnitKind[];
  readonly by: readonly (typeof CURVES)[number][];
  /** Removals at most, of curves whose every step takes many losses. */
  readonly steps?: number;
  /** For the band of random orders. */
  readonly draws: number;
}

/** Random orders where no number is given. */
export const DRAWS = 12;

/** What can be measured of units: tasks are asked of masks. And what is, where nothing is named: what stands in comes later. */
const METRICS = METRIC_NAMES.filter((one) => one === 'shapley-loss' || isPlain(one));
const MEASURED = METRICS.filter((one) => !isRecovered(one));

/** What units may go by: one by one, once by a metric, at random, spans of blocks. */
export const CURVES = ['greedy', 'loo-loss', 'cosine', 'random', 'span'] as const;

export interface Shipping {
  readonly model: ModelRequest;
  readonly text: string;
  readonly seqLen: number;
  /** A file; those beside it take its name. */
  readonly out: string;
  /** What is measured already is kept there. */
  readonly scratch: string;
  readonly python?: string;
  readonly tasks: readonly string[];
  /** Those of them that each named mask is asked too. */
  readonly maskTasks: readonly string[];
  /** Masks of many layers too, in the tables. */
  readonly whole: boolean;
  readonly permutations: number;
  readonly metrics: readonly InfluenceMetric[];
  readonly curves: CurveBudget;
  /** Units of a kind that follow one another, of which any may be listed: at most so many. */
  readonly runs: number;
  /** Whether single layers are named too: what is named is asked tasks and writes texts. */
  readonly singles: boolean;
  /** Nothing but Sapling's checkpoints in training. */
  readonly growth: boolean;
  /** Nothing but what stands in for dropped layers, put into the results that are there. */
  readonly recovery: boolean;
  /** Of another model than Sapling: masks for whose layers something stands in, each with its text. */
  readonly mend: readonly { readonly drop: string; readonly text: string }[];
}

const OPTIONS = {
  text: { value: 'FILE', help: 'what to measure on; default the bundled stories' },
  'seq-len': { value: 'N', help: 'tokens a window, default 128' },
  out: { value: 'FILE', help: 'default public/models/sapling/results.json' },
  tasks: { value: 'NAMES', help: 'default school,school_letters,school_math' },
  'mask-tasks': { value: 'NAMES', help: 'those of them that named masks are asked; default all' },
  scratch: { value: 'DIR', help: 'what a run that was cut goes on from; default /tmp/lopper-results' },
  python: {
    value: 'PROGRAM',
    help: 'losses and answers of a plain Llama by its numpy, where there is no graphics card',
  },
  permutations: { value: 'N', help: 'of a Shapley value, with --few; default 64' },
  few: { help: 'no mask of more than four units of a kind in the tables' },
  growth: { help: "only Sapling's checkpoints in training, into the results that are there" },
  curves: { value: 'NAMES', help: `which are drawn; default ${CURVES.join(',')}` },
  units: { value: 'NAMES', help: 'of which units; default block,attn,ffn,sublayer' },
  steps: { value: 'N', help: 'units that a curve removes at most, where each takes many losses; default all' },
  draws: { value: 'N', help: `random orders; default ${DRAWS}` },
  runs: { value: 'N', help: 'no losses of more than so many units of a kind that follow one another; default all' },
  metrics: { value: 'NAMES', help: `of influence, of ${METRICS.join(',')}; default all that need nothing to stand in` },
  several: { help: 'tasks and texts of masks of several layers only' },
  recovery: { help: 'only what stands in for dropped layers, into the results that are there' },
  mend: {
    value: 'MASKS',
    help: "of another model than Sapling: what has something stand in, such as 'attn:1 block:5-7@FILE'; FILE, what it is fitted and judged on, default --text",
  },
};

export const USAGE = [
  'npm run ship-results -- [MODEL] [OPTIONS]',
  '  MODEL: sapling (default), a folder, or owner/name',
  ...Object.entries(OPTIONS).map(([name, { help, ...o }]) => `  --${name} ${'value' in o ? o.value : ''}  ${help}`),
].join('\n');

const listed = (names: string | undefined) => names?.split(',').filter(Boolean);

/** Those of a list that are named; all where none is. Throws `usage`. */
function chosen<T extends string>(names: string | undefined, option: string, of: readonly T[]): readonly T[] {
  const own = listed(names) ?? of;
  const unknown = own.find((name) => !of.some((one) => one === name));
  if (unknown) throw usage(`--${option} names ${unknown}, which there is not.`, `Name some of ${of.join(', ')}.`);
  return of.filter((one) => own.includes(one));
}

/** Throws `usage`. */
export function readShipping(words: readonly string[], root: string): Shipping {
  const args = readArguments('ship-results', words, OPTIONS);
  const [name = 'sapling'] = args.positionals;
  const model = modelRequest(name, root, args);
  const given = (option: keyof typeof OPTIONS) => args.values.get(option);
  const bundled = model.kind === 'bundled';
  if (!bundled && !given('out')) throw usage('It is not said where the results go.', 'Add --out FILE.');
  const mend = given('mend')?.split(' ').filter(Boolean) ?? [];
  if (!bundled && given('recovery') !== undefined && mend.length === 0)
    throw usage('It is not said for which layers something is to stand in.', 'Add --mend MASKS.');
  if (bundled && mend.length > 0)
    throw usage('What stands in Sapling is what its lesson asks for.', 'Leave out --mend.');
  if (!bundled && given('growth') !== undefined)
    throw usage('A training is shipped of Sapling only.', 'Leave out --growth.');
  const tasks = listed(given('tasks')) ?? ['school', 'school_letters', 'school_math'];
  const text = given('text') ?? 'public/calibration/stories.txt';
  return {
    model,
    text,
    seqLen: wholeNumber(args, 'seq-len', 2, 128),
    out: given('out') ?? 'public/models/sapling/results.json',
    scratch: given('scratch') ?? '/tmp/lopper-results',
    python: given('python'),
    tasks,
    maskTasks: listed(given('mask-tasks')) ?? tasks,
    whole: given('few') === undefined,
    permutations: wholeNumber(args, 'permutations', 2, 64),
    metrics: chosen(given('metrics') ?? MEASURED.join(','), 'metrics', METRICS),
    curves: {
      units: chosen(given('units'), 'units', UNIT_NAMES),
      by: chosen(given('curves'), 'curves', CURVES),
      ...(given('steps') && { steps: wholeNumber(args, 'steps', 1, 1) }),
      draws: wholeNumber(args, 'draws', 2, DRAWS),
    },
    runs: wholeNumber(args, 'runs', 1, Number.MAX_SAFE_INTEGER),
    singles: given('several') === undefined,
    growth: given('growth') !== undefined,
    recovery: given('recovery') !== undefined,
    mend: mend.map((mask) => {
      const [drop, own = text] = mask.split('@') as [string, string?];
      return { drop, text: own };
    }),
  };
}
