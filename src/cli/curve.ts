import type { CurvePoint, CurveRecovery, CurveReport, CurveRequest, TaskRequest } from '../lab/contract';
import type { Result } from '../lab/files/result-file';
import { DEFAULT_DRAWS } from '../lab/measure/curve-plan';
import { sublayerIndex, UNIT_NAMES } from '../model/units';
import { formatDropList, parseDropList } from '../pruning/drop-list';
import { isOfTask, METRIC_NAMES } from '../pruning/metrics';
import { STRATEGY_NAMES, strategyTraits } from '../pruning/strategies';
import { type Arguments, definedOf, oneOf, usage, wholeNumber } from './arguments';
import { calibrationSource, checkCalibration, checkJudge, readCalibration, readJudge } from './calibration';
import {
  CALIBRATION_OPTIONS,
  type Command,
  JOB,
  MASK_OPTIONS,
  RECOVERY_OPTIONS,
  type Session,
  table,
  type Whole,
} from './command';
import { tellCost } from './cost';
import { untilEnded } from './interrupt';
import { checkSampling, checkTask, ITEM_OPTIONS, readSettings, readTask, SETTING_OPTIONS } from './metric-settings';
import { ofTold } from './of-model';
import { readPart, tellReport } from './part';
import { readResume, resultJson } from './result';

/** In a given order only the page asks. */
const STRATEGIES = STRATEGY_NAMES.filter((name) => !strategyTraits(name).ordered);
const BY_METRIC = STRATEGIES.filter((name) => strategyTraits(name).metric);
type Resumed = Extract<Result, { kind: 'curve' }>;

const whole: Whole<'curve'> = {
  job: 'curve',
  tell(report, told) {
    const json = resultJson({ kind: 'curve', report, request: told.request }, told);
    return ofTold({ json, text: describeCurve(report) }, told);
  },
};

export const curve: Command = {
  whole,
  name: 'curve',
  summary: 'loss, and a benchmark, against the number of layers dropped',
  usage: `lopper curve MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) --strategy ${STRATEGIES.join('|')} [--metric NAME] --unit ${UNIT_NAMES.join('|')} [--steps K] [--json]`,
  options: {
    ...CALIBRATION_OPTIONS,
    strategy: { value: 'NAME', help: STRATEGIES.join(', ') },
    metric: {
      value: 'NAME',
      help: `for ${BY_METRIC.join(' and ')}: ${METRIC_NAMES.join(', ')}; units without a number go last`,
    },
    unit: { value: 'KIND', help: UNIT_NAMES.join(', ') },
    steps: { value: 'K', help: 'removals at most (all that may go)' },
    lock: { value: 'LIST', help: 'never drop these, written as for --drop' },
    drop: { value: 'LIST', help: 'start from the model without these: attn:2,ffn:3,block:4-6' },
    mask: { ...MASK_OPTIONS.mask!, help: 'start from the model without what a mask file says' },
    recovery: {
      ...RECOVERY_OPTIONS.recovery!,
      help: 'start from the model that a file of lopper recover says, recovered',
    },
    draws: { value: 'N', help: `orders of random (${DEFAULT_DRAWS})` },
    ...SETTING_OPTIONS,
    task: { value: 'NAME', help: 'measure this benchmark at every point; shapley-task is of it too' },
    shots: { value: 'K', help: 'worked examples before each item (with --task)' },
    ...ITEM_OPTIONS,
    judge: {
      value: 'same|halves|FILE',
      help: 'what the losses are told on: all that is chosen on (same), the odd windows while the even ones choose (halves), or another text',
    },
    recover: {
      value: 'mean|linear:R',
      help: 'fit at every point what may stand in for all that is dropped, and tell the loss with it: the mean update, or a linear map of rank R',
    },
    timed: { help: "time a forward pass of every point's model" },
    resume: {
      value: 'FILE',
      help: 'go on from the JSON of a run that was ended early, or further; asks what that asked',
    },
    part: { value: 'I/N', help: 'only part I of N of the draws of random, for lopper merge; prints JSON' },
  },
  check(args) {
    const { strategy, metric } = readChoice(args, args.values.has('resume'));
    if (strategy && strategyTraits(strategy).metric) oneOf(args, 'metric', METRIC_NAMES);
    wholeNumber(args, 'steps', 1, undefined);
    wholeNumber(args, 'draws', 1, undefined);
    parseDropList(args.values.get('lock') ?? '');
    readSettings(args);
    if (metric) checkSampling(args, metric);
    const task = args.values.get('task');
    if (task !== undefined) checkTask(args, task);
    checkCalibration(args);
    readPart(args);
    checkJudge(args);
    readRecover(args);
    if (args.values.has('recover') && args.values.has('recovery')) {
      throw usage('--recover and --recovery are both given.', 'Fit one at every point, or start from one in a file.');
    }
  },
  async run(session) {
    const calibration = await readCalibration(session);
    const request = await readRequest(session, await readResume(session, 'curve'));
    const { lab, reporter } = session;
    await tellCost(session, 'curve', { ...request, calibration });
    const report = await untilEnded<CurveReport>(session, 'these are the points so far', (tell) =>
      lab.curve(
        { ...request, calibration },
        { job: JOB, onProgress: reporter.progress, onPoint: (_, soFar) => tell(soFar) },
      ),
    );
    const { resume, judge, standing: _, part: __, ...asked } = request;
    const source = await calibrationSource(session);
    const kept = { ...asked, ...(judge === 'halves' && { judge }) };
    return tellReport(session, whole, { ...request, calibration }, report, source, kept);
  },
};

/** What is asked: the options, and of what they leave out what the run that is gone on from was asked. */
async function readRequest(session: Session, resumed: Resumed | undefined): Promise<CurveRequest> {
  const { args, model } = session;
  const { report, request: before } = resumed ?? {};
  const { strategy = report!.strategy, metric = report?.metric, unit = report!.unit } = readChoice(args, !!resumed);
  const settings = readSettings(args);
  if (metric) checkSampling(args, metric);
  const benchmark = await readBenchmark(session, before?.benchmark);
  const start = await session.mask();
  const lock = args.values.get('lock');
  const asMeasure = metric && isOfTask(metric) && args.values.has('task');
  const given = {
    ...{ seed: settings.seed, steps: wholeNumber(args, 'steps', 1, undefined) },
    draws: wholeNumber(args, 'draws', 1, undefined),
    locked: lock === undefined ? undefined : parseDropList(lock, model.blocks),
    start: start.length > 0 ? start : undefined,
    standing: (await session.recovery())?.modules,
    benchmark,
    judge: await readJudge(session),
    recover: readRecover(args),
    timed: args.values.has('timed') || undefined,
    part: readPart(args),
  };
  const { judge: _, ...rest } = before ?? {};
  return {
    ...(args.values.has('judge') ? rest : before),
    ...{ strategy, metric, unit },
    ...definedOf(given),
    settings: { ...before?.settings, ...settings, ...(asMeasure && { task: benchmark }) },
    ...(report && { resume: report }),
  };
}

/** What stands in at every point. Throws `usage`. */
function readRecover(args: Arguments): CurveRecovery | undefined {
  const text = args.values.get('recover');
  if (text === undefined) return undefined;
  if (text === 'mean') return { method: 'mean' };
  const rank = Number(/^linear:(\d+)$/.exec(text)?.[1]);
  if (rank >= 1) return { method: 'linear', rank };
  throw usage(`--recover is "${text}".`, 'Give mean, or linear:R, such as linear:8.');
}

/** The benchmark: of the task that is named, or of the run that is gone on from with what is said anew. */
async function readBenchmark(session: Session, before?: TaskRequest): Promise<TaskRequest | undefined> {
  const name = session.args.values.get('task') ?? before?.task;
  if (name === undefined) return undefined;
  const given = await readTask(session, name);
  return name === before?.task ? { ...before, ...definedOf(given) } : given;
}

/** Strategy, metric and unit; the first and last may be left out where there is a run to go on from. Throws `usage`. */
function readChoice(args: Arguments, resuming: boolean) {
  const has = (name: string) => args.values.has(name);
  const isNeeded = (name: string) => !resuming || has(name);
  return {
    strategy: isNeeded('strategy') ? oneOf(args, 'strategy', STRATEGIES) : undefined,
    unit: isNeeded('unit') ? oneOf(args, 'unit', UNIT_NAMES) : undefined,
    metric: has('metric') ? oneOf(args, 'metric', METRIC_NAMES) : undefined,
  };
}

/** A line a point: how many are gone and which went, the loss, and what else was measured. */
function describeCurve({ points, strategy, judged, partial }: CurveReport): string {
  const [first] = points;
  const { nested } = strategyTraits(strategy);
  const some = (has: (p: CurvePoint) => unknown) => points.some((p) => has(p) !== undefined);
  const columns: { head: string; cell: (p: CurvePoint, i: number) => string; shown?: boolean }[] = [
    { head: 'removed', cell: (p) => String(p.removed) },
    // Points that have nothing in common, such as spans, are named whole.
    { head: 'blocks', cell: (p) => formatDropList(p.dropped), shown: !nested },
    { head: 'dropped', cell: (p, i) => whatWent(p, points[i - 1]), shown: nested && !first?.draws },
    { head: 'loss', cell: (p) => say(p.loss) },
    { head: 'added', cell: (p) => say(p.loss - first!.loss) },
    { head: 'recovered', cell: (p) => maybe(p.recovered), shown: some((p) => p.recovered) },
    { head: '', cell: (p) => p.unrecovered ?? '', shown: some((p) => p.unrecovered) },
    { head: '95%', cell: (p) => p.added?.map(say).join(' to ') ?? '', shown: some((p) => p.added) },
    { head: 'on the windows chosen on', cell: (p) => maybe(p.chosen), shown: some((p) => p.chosen) },
    { head: 'lowest', cell: (p) => say(Math.min(...p.draws!)), shown: first?.draws !== undefined },
    { head: 'highest', cell: (p) => say(Math.max(...p.draws!)), shown: first?.draws !== undefined },
    { head: 'accuracy', cell: (p) => sayAccuracy(p.accuracy), shown: some((p) => p.accuracy) },
    {
      head: 'recovered',
      cell: (p) => sayAccuracy(p.recoveredAccuracy),
      shown: some((p) => p.recoveredAccuracy),
    },
    { head: 'ms a pass', cell: (p) => p.milliseconds?.toFixed(1) ?? '', shown: some((p) => p.milliseconds) },
  ];
  const shown = columns.filter((c) => c.shown ?? true);
  const rows = points.map((p, i) => shown.map(({ cell }) => cell(p, i)));
  return [
    table([shown.map(({ head }) => head), ...rows]),
    ...sayJudged(judged),
    ...(partial ? ['Ended early.'] : []),
  ].join('\n\n');
}

const sayJudged = (judged: CurveReport['judged']) =>
  judged ? [`Losses are those of ${judged.on}; units were chosen on ${judged.chosenOn} other tokens.`] : [];

/** The unit that went at a point; of the first point, what it starts without. */
function whatWent({ dropped }: CurvePoint, previous: CurvePoint | undefined): string {
  const before = new Set(previous?.dropped.map(sublayerIndex));
  return formatDropList(dropped.filter((s) => !before.has(sublayerIndex(s))));
}

const say = (x: number) => (Number.isNaN(x) ? 'no number' : x.toFixed(5));
const maybe = (x: number | undefined) => (x === undefined ? '' : say(x));

function sayAccuracy(accuracy: CurvePoint['accuracy']): string {
  if (!accuracy) return '';
  const percent = (x: number) => `${(100 * x).toFixed(1)}%`;
  const [low, high] = accuracy.interval.map(percent);
  return `${percent(accuracy.accuracy)} (95%: ${low} to ${high}, n = ${accuracy.n})`;
}
