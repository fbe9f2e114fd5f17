import { taskNamed } from '../benchmarks/tasks';
import { LopperError } from '../errors';
import type { CurveReport, CurveRequest, InfluenceSettings, Strategy } from '../lab/contract';
import { METRICS } from '../lab/metrics';
import type { UnitKind } from '../model/units';
import { formatDropList, parseDropList } from '../pruning/drop-list';
import { type Arguments, oneOf, usage, wholeNumber } from './arguments';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import { CALIBRATION_OPTIONS, type Command, JOB, type Session, table } from './command';
import { interruptible } from './interrupt';
import { readResume, resultJson } from './result';

const UNITS: readonly UnitKind[] = ['block', 'attn', 'ffn', 'sublayer'];
const STRATEGIES: readonly Strategy[] = ['one-shot', 'iterative', 'greedy', 'span', 'random', 'given'];
/** Those that follow a metric. */
const BY_METRIC: readonly Strategy[] = ['one-shot', 'iterative'];

export const curve: Command = {
  name: 'curve',
  summary: 'loss and accuracy against the number of units dropped',
  usage: `lopper curve MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) --strategy ${STRATEGIES.join('|')} --unit ${UNITS.join('|')} [--metric NAME] [--steps K] [--json]`,
  options: {
    ...CALIBRATION_OPTIONS,
    strategy: { value: 'NAME', help: STRATEGIES.join(', ') },
    unit: { value: 'KIND', help: UNITS.join(', ') },
    metric: { value: 'NAME', help: `for one-shot and iterative: ${METRICS.join(', ')}` },
    steps: { value: 'K', help: 'units dropped at most (all that may go)' },
    lock: { value: 'LIST', help: 'never drop these: attn:2,block:0' },
    order: { value: 'LIST', help: 'for given: sublayers in the order they go' },
    draws: { value: 'N', help: 'for random: orders drawn (20)' },
    seed: { value: 'N', help: 'of random orders and sampled metrics (0)' },
    task: { value: 'NAME', help: 'accuracy on this benchmark at every point' },
    shots: { value: 'K', help: 'worked examples before each of its items' },
    limit: { value: 'N', help: 'only the first N items (of --task or --calibration-task)' },
    timed: { help: 'time a forward pass at every point' },
    resume: { value: 'FILE', help: 'go on from the JSON of a run that was ended early, to the same numbers' },
  },
  check(args) {
    const strategy = oneOf(args, 'strategy', STRATEGIES);
    oneOf(args, 'unit', UNITS);
    if (BY_METRIC.includes(strategy)) oneOf(args, 'metric', METRICS);
    if ((strategy === 'given') !== args.values.has('order')) {
      throw usage('--order belongs to --strategy given, and that to it.', 'Give both, or neither.');
    }
    for (const name of ['lock', 'order']) parseDropList(args.values.get(name) ?? '');
    for (const name of ['steps', 'draws', 'limit']) wholeNumber(args, name, 1, undefined);
    for (const name of ['seed', 'shots']) wholeNumber(args, name, 0, undefined);
    const task = args.values.get('task');
    if (task !== undefined) taskNamed(task);
    checkCalibration(args);
  },
  async run(session) {
    const request = requestOf(session.args, session.model.blocks);
    const report = await measure(session, request);
    const source = await calibrationSource(session);
    return { json: await resultJson(session, { kind: 'curve', report, request }, source), text: asTable(report) };
  },
};

function requestOf(args: Arguments, blocks: number): CurveRequest {
  const strategy = oneOf(args, 'strategy', STRATEGIES);
  const list = (name: string) => parseDropList(args.values.get(name) ?? '', blocks);
  const seed = wholeNumber(args, 'seed', 0, undefined);
  const task = args.values.get('task');
  const given = {
    metric: BY_METRIC.includes(strategy) ? oneOf(args, 'metric', METRICS) : undefined,
    steps: wholeNumber(args, 'steps', 1, undefined),
    locked: args.values.has('lock') ? list('lock') : undefined,
    order: strategy === 'given' ? list('order').map((sublayer) => [sublayer]) : undefined,
    draws: wholeNumber(args, 'draws', 1, undefined),
    seed,
    settings: seed === undefined ? undefined : ({ seed } satisfies InfluenceSettings),
    benchmark: task && {
      task,
      shots: wholeNumber(args, 'shots', 0, undefined),
      limit: wholeNumber(args, 'limit', 1, undefined),
    },
    timed: args.values.has('timed') || undefined,
  };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { strategy, unit: oneOf(args, 'unit', UNITS), ...present };
}

/** The report; of a run that Ctrl-C ended early, the points so far. */
async function measure(session: Session, request: CurveRequest): Promise<CurveReport> {
  const { lab, reporter } = session;
  const resume = (await readResume(session, 'curve'))?.report;
  let last: CurveReport | undefined;
  const job = lab.curve(
    await readCalibration(session),
    { ...request, ...(resume && { resume }) },
    {
      job: JOB,
      onProgress: reporter.progress,
      onPoint: (_, soFar) => {
        last = soFar;
      },
    },
  );
  try {
    return await interruptible(job, () => lab.cancel(JOB));
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'cancelled' || !last) throw error;
    reporter.note('Ended early: these are the points so far. Go on from their JSON with --resume FILE.');
    return last;
  }
}

function asTable({ points, benchmark }: CurveReport): string {
  const timed = points.some((p) => p.milliseconds !== undefined);
  const banded = points.some((p) => p.draws);
  const head = [
    'removed',
    'loss',
    ...(banded ? ['least', 'most'] : []),
    ...(benchmark ? [benchmark.task] : []),
    ...(timed ? ['ms'] : []),
    'dropped',
  ];
  const say = (x: number) => (Number.isFinite(x) ? x.toFixed(5) : 'no number');
  const rows = points.map(({ removed, loss, draws, accuracy, milliseconds, dropped }) => [
    String(removed),
    say(loss),
    ...(banded ? (draws ? [say(Math.min(...draws)), say(Math.max(...draws))] : ['', '']) : []),
    ...(benchmark ? [accuracy ? `${(100 * accuracy.accuracy).toFixed(1)}%` : ''] : []),
    ...(timed ? [milliseconds?.toFixed(1) ?? ''] : []),
    banded ? '' : formatDropList(dropped),
  ]);
  return table([head, ...rows]);
}
