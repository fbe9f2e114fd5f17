import { taskNamed } from '../benchmarks/tasks';
import type { InfluenceMetric, InfluenceSettings, TaskRequest } from '../lab/contract';
import { DEFAULT_PERMUTATIONS } from '../lab/measure/shapley';
import { isOfTask, isShapley } from '../pruning/metrics';
import { type Arguments, definedOf, type Options, oneOf, positiveNumber, usage, wholeNumber } from './arguments';
import type { Surroundings } from './command';
import { readDataOption } from './data-files';

const DENOMINATORS = ['input', 'output'] as const;

/** Options of how a metric is measured. */
export const SETTING_OPTIONS: Options = {
  denominator: { value: 'NAME', help: 'what relative norms are divided by: input (default) or output' },
  seed: { value: 'N', help: 'of what is drawn at random (0)' },
  permutations: {
    value: 'N',
    help: `permutations (of shapley-task: subsets) drawn at most (${DEFAULT_PERMUTATIONS}); Ctrl-C ends earlier`,
  },
  exact: { help: 'every subset in place of samples, for 12 units or fewer' },
  bound: { value: 'X', help: 'stop once every 95% interval is within X of its value' },
  stable: { value: 'K', help: 'stop once the order of the lowest K units stands still' },
};

/** Options of the items that `--task` measures on; a task may be the calibration as well. */
export const ITEM_OPTIONS: Options = {
  limit: { value: 'N', help: 'only the first N items (of --task or --calibration-task)' },
  'item-seed': { value: 'S', help: 'with --limit: a random N, the same for everyone with that seed (of --task)' },
  data: { value: 'PATH', help: 'items of your own, a file or all in a folder (for --task or --calibration-task)' },
  fewshot: { value: 'PATH', help: 'worked examples of your own, likewise (for --task)' },
};

/** Of the options of a metric, those that only sampled metrics have. */
export const SAMPLING = ['permutations', 'exact', 'bound', 'stable'];

/** What the options say of how a metric is measured; absent where they say nothing. Throws `usage`. */
export function readSettings(args: Arguments): InfluenceSettings {
  const given = {
    denominator: args.values.has('denominator') ? oneOf(args, 'denominator', DENOMINATORS) : undefined,
    seed: wholeNumber(args, 'seed', 0, undefined),
    permutations: wholeNumber(args, 'permutations', 2, undefined),
    bound: positiveNumber(args, 'bound', undefined),
    stableLowest: wholeNumber(args, 'stable', 1, undefined),
    exact: args.values.has('exact') || undefined,
  };
  return definedOf(given);
}

/** Throws `usage` for an option of sampling, one of `names`, that the metric has no use for. */
export function checkSampling(args: Arguments, metric: InfluenceMetric, names: readonly string[] = SAMPLING): void {
  const given = names.filter((name) => args.values.has(name));
  if (given[0] && !isShapley(metric)) {
    throw usage(`--${given[0]} belongs to a shapley metric, and the metric is ${metric}.`, 'Leave it out.');
  }
  const other = given.find((name) => name === 'exact' || name === 'stable');
  if (other && isOfTask(metric)) {
    throw usage(
      `--${other} is of permutations, and shapley-task is measured on subsets of one size.`,
      `Leave --${other} out; --permutations and --bound say when it ends.`,
    );
  }
}

/** Throws `usage` for a task there is not, and for numbers of items or examples that cannot be. */
export function checkTask(args: Arguments, name: string): void {
  taskNamed(name);
  wholeNumber(args, 'limit', 1, undefined);
  wholeNumber(args, 'item-seed', 0, undefined);
  wholeNumber(args, 'shots', 0, undefined);
}

/** A benchmark as a measure. Throws `file-missing`. */
export async function readTask(session: Surroundings, task: string): Promise<TaskRequest> {
  const { args } = session;
  return {
    task,
    shots: wholeNumber(args, 'shots', 0, undefined),
    limit: wholeNumber(args, 'limit', 1, undefined),
    seed: wholeNumber(args, 'item-seed', 0, undefined),
    data: await readDataOption(session, 'data'),
    fewshot: await readDataOption(session, 'fewshot'),
  };
}
