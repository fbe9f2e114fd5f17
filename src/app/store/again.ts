/** What would make a chart's numbers again on the command line: the command, and what it is given beside model and text. */
import type { CurveReport, CurveRequest, InfluenceReport, PlanReport, TaskRequest } from '../../lab/contract';
import { BUNDLED_SERIES, readSeries } from '../../lab/files/growth-file';
import { formatBudget } from '../../pruning/budgets';
import { formatDropList } from '../../pruning/drop-list';
import { type Evaluation, OWN_TASK } from './benchmarks';
import type { Growth } from './growth';
import type { Trained } from './training';

export interface Again {
  readonly command: 'influence' | 'curve' | 'norms' | 'plan' | 'eval' | 'recover' | 'score' | 'growth';
  readonly options: readonly string[];
  /** Whose it is, as the command takes it, where that is not the open model. */
  readonly model?: readonly string[];
  /** What has to be in its place first. */
  readonly first?: readonly string[];
  /** What it was measured on, as the page names it; absent for benchmarks. */
  readonly text?: string;
}

type Measured<T> = { readonly report: T; readonly text: string };
const option = (name: string, value: string | number | undefined | false): string[] =>
  value === undefined || value === false ? [] : [`--${name}`, String(value)];
const dropped = (name: string, list: CurveRequest['start'] = []): string[] =>
  list.length > 0 ? [`--${name}`, formatDropList(list)] : [];

export function influenceAgain({ report, text }: Measured<InfluenceReport>): Again {
  const { metric, unit, denominator, sampling } = report;
  const { task } = sampling ?? {};
  const options = [
    ...['--metric', metric, '--unit', unit],
    ...option('denominator', denominator === 'output' && denominator),
    ...(sampling?.method === 'exact' ? ['--exact'] : []),
    ...(sampling && sampling.method !== 'exact'
      ? [...option('permutations', sampling.drawn), ...option('seed', sampling.seed)]
      : []),
    ...[...taskOptions(task), ...(report.standing === undefined ? [] : ['--recovery', STANDS.file])],
  ];
  return { command: 'influence', options, ...firstOf(report.standing, task), text };
}

export function curveAgain({
  report,
  request,
  text,
}: Measured<CurveReport> & { request: Omit<CurveRequest, 'resume'> }) {
  const { strategy, metric, unit, steps, start, locked, draws, settings, judge, recover, timed } = request;
  const seed = request.seed ?? (strategy === 'random' ? report.seed : undefined);
  const options = [
    ...['--strategy', strategy, ...option('metric', metric), '--unit', unit, ...option('steps', steps)],
    ...(report.standing === undefined ? dropped('drop', start) : ['--recovery', STANDS.file]),
    ...[...dropped('lock', locked), ...option('draws', draws), ...option('seed', seed)],
    ...option('denominator', settings?.denominator === 'output' && 'output'),
    ...option('judge', (judge === 'halves' || report.judged?.on === 'odd windows') && 'halves'),
    ...(recover ? ['--recover', recover.method === 'mean' ? 'mean' : `linear:${recover.rank}`] : []),
    ...[...taskOptions(request.benchmark), ...(timed ? ['--timed'] : [])],
  ];
  return { command: 'curve', options, ...firstOf(report.standing, request.benchmark), text } as const satisfies Again;
}

/** A benchmark that is asked besides; the page asks a random choice of items, which a seed says. */
const taskOptions = (task: TaskRequest | undefined): string[] =>
  task
    ? [
        ...[...option('task', task.task), ...option('limit', task.limit), ...option('shots', task.shots)],
        ...option('item-seed', task.limit !== undefined && task.seed),
        ...(isOwn(task) ? ['--data', ITEMS] : []),
      ]
    : [];

/** What was measured on a model that was recovered already: of that a report says only which it was. */
const STANDS = { file: 'recovery.safetensors', said: 'what stood in, as Recovery saves it, as recovery.safetensors' };
const ITEMS = './items';
/** A report leaves the files out: it says only that the items were one's own. */
const isOwn = ({ task, data }: Pick<TaskRequest, 'task' | 'data'>): boolean => task === OWN_TASK || data !== undefined;

/** What has to be there first, for a recovered model and for items of one's own. */
const firstOf = (standing: string | undefined, task: Pick<TaskRequest, 'task' | 'data'> | undefined) => {
  const first = [
    ...(standing === undefined ? [] : [STANDS.said]),
    ...(task && isOwn(task) ? [`your files of items in ${ITEMS}`] : []),
  ];
  return first.length > 0 ? { first } : {};
};

export function planAgain({ report, text }: Measured<PlanReport>): Again {
  const { budgets, unit, locked, free, recover, seed, time } = report;
  const ranks = recover?.ranks.join();
  const options = [
    ...budgets.flatMap((budget) => ['--budget', formatBudget(budget)]),
    ...['--unit', unit, ...dropped('lock', locked), ...dropped('free', free)],
    ...option('recover', recover && (ranks ? `linear:${ranks}` : 'mean')),
    ...[...option('seed', seed), ...(time ? ['--timed'] : [])],
  ];
  return { command: 'plan', options, text };
}

/** Of one task: full and pruned, on the same items. */
export function evaluationAgain(report: Evaluation['report'], without: CurveRequest['start'] = []): Again {
  const { task, shots, results, available, seed } = report;
  const n = results[0]?.n ?? 0;
  const options = [
    ...['--task', task, '--shots', String(shots), ...option('limit', n < available && n)],
    ...option('seed', n < available && seed),
    ...(isOwn(report) ? ['--data', ITEMS] : []),
    ...[...dropped('drop', without), ...(without.length > 0 ? ['--compare'] : [])],
  ];
  return { command: 'eval', options, ...firstOf(undefined, report) };
}

/** A series of checkpoints: Sapling's own, revisions of a model of the hub, or a folder of folders. */
export function growthAgain({ report, checkpoints, text }: Growth): Again {
  const { metric, task, points } = report;
  const { series, precision } = readSeries(report.series);
  const names = (checkpoints ?? points).map(({ name }) => name);
  const isHub = checkpoints ? checkpoints[0]?.request.kind === 'hub' : /^[\w.-]+\/[\w.-]+$/.test(series);
  const bundled = series === BUNDLED_SERIES;
  const measured = ['--metric', metric, ...taskOptions(task), ...option('precision', precision)];
  const needed = firstOf(undefined, task);
  if (bundled) return { command: 'growth', model: ['sapling'], options: measured, ...needed, text };
  if (isHub)
    return { command: 'growth', model: [series], options: ['--revisions', names.join(), ...measured], ...needed, text };
  const first = ['the folders of the checkpoints in ./checkpoints', ...(needed.first ?? [])];
  return { command: 'growth', model: [], options: ['--folder', './checkpoints', ...measured], first, text };
}

export function trainingAgain({ mask, settings, heldOut, text }: Trained): Again {
  const { objective, rank, steps, lr, schedule, batch, seed, start, splitBlocks } = settings;
  const options = [
    ...[
      ...dropped('drop', mask.dropped),
      '--method',
      rank === 0 ? 'bias' : objective,
      ...option('rank', rank > 0 && rank),
    ],
    ...[...option('steps', steps), ...option('lr', lr), ...option('schedule', schedule), ...option('batch', batch)],
    ...[...option('seed', seed), ...option('start', start !== 'best' && start)],
    ...[...(splitBlocks ? ['--split-blocks'] : []), ...option('held-out', heldOut)],
  ];
  return { command: 'recover', options, text };
}
