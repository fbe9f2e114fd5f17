import type { InfluenceMetric, InfluenceReport, InfluenceSettings, Sampling } from '../lab/contract';
import type { UnitKind } from '../model/units';
import { UNIT_NAMES, unitsOf } from '../model/units';
import { formatDropList } from '../pruning/drop-list';
import { isOfTask, isShapley, METRIC_NAMES } from '../pruning/metrics';
import { type Arguments, oneOf } from './arguments';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import {
  CALIBRATION_OPTIONS,
  type Command,
  JOB,
  PART_OPTION,
  RECOVERY_OPTIONS,
  type Session,
  table,
  type Whole,
} from './command';
import { tellCost } from './cost';
import { untilEnded } from './interrupt';
import {
  checkSampling,
  checkTask,
  ITEM_OPTIONS,
  readSettings,
  readTask,
  SAMPLING,
  SETTING_OPTIONS,
} from './metric-settings';
import { ofTold } from './of-model';
import { readPart, tellReport } from './part';
import { readResume, resultJson } from './result';

const whole: Whole<'influence'> = {
  job: 'influence',
  tell(report, told) {
    const json = resultJson({ kind: 'influence', report }, told);
    const text = describeInfluence(report, unitsOf(told.model!.blocks, report.unit).map(formatDropList));
    return ofTold({ json, text }, told);
  },
};

export const influence: Command = {
  name: 'influence',
  summary: 'how much each layer matters',
  usage: `lopper influence MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) --metric NAME --unit ${UNIT_NAMES.join('|')} [--json]`,
  options: {
    ...CALIBRATION_OPTIONS,
    metric: { value: 'NAME', help: METRIC_NAMES.join(', ') },
    unit: { value: 'KIND', help: UNIT_NAMES.join(', ') },
    ...SETTING_OPTIONS,
    task: { value: 'NAME', help: 'for shapley-task: the benchmark whose accuracy is measured (school_letters)' },
    shots: { value: 'K', help: 'for shapley-task: worked examples before each item' },
    ...ITEM_OPTIONS,
    ...RECOVERY_OPTIONS,
    resume: { value: 'FILE', help: 'go on from the JSON of a run that was ended early, to the same numbers' },
    ...PART_OPTION,
  },
  check(args) {
    const metric = oneOf(args, 'metric', METRIC_NAMES);
    oneOf(args, 'unit', UNIT_NAMES);
    readSettings(args);
    readPart(args);
    checkSampling(args, metric, [...SAMPLING, 'resume']);
    if (isOfTask(metric)) checkTask(args, taskOf(args));
    else checkCalibration(args);
  },
  whole,
  async run(session) {
    const { args } = session;
    const metric = oneOf(args, 'metric', METRIC_NAMES);
    const unit = oneOf(args, 'unit', UNIT_NAMES);
    const { request, report } = await measure(session, metric, unit);
    const source = isOfTask(metric) ? { source: taskOf(args) } : await calibrationSource(session);
    return tellReport(session, whole, request, report, source);
  },
};

const taskOf = (args: Arguments): string => args.values.get('task') ?? 'school_letters';

/** The report; of a sampled metric that Ctrl-C ended early, the last estimate. */
async function measure(session: Session, metric: InfluenceMetric, unit: UnitKind) {
  const { lab, args, reporter } = session;
  // A task is a text of its own.
  const calibration = isOfTask(metric) ? { ids: [] } : await readCalibration(session);
  const resume = (await readResume(session, 'influence'))?.report;
  const settings: InfluenceSettings = {
    ...(resume?.sampling && { seed: resume.sampling.seed, resume }),
    ...readSettings(args),
    ...(isOfTask(metric) && { task: await readTask(session, taskOf(args)) }),
  };
  const from = await session.recovery();
  const part = readPart(args);
  const request = { calibration, metric, unit, ...settings, ...(from && { from }), ...(part && { part }) };
  await tellCost(session, 'influence', request);
  const job = { job: JOB, onProgress: reporter.progress };
  if (!isShapley(metric)) return { request, report: await lab.influence(request, job) };
  const report = await untilEnded<InfluenceReport>(session, 'this is the last estimate', (tell) =>
    lab.influence(request, { ...job, onEstimate: tell }),
  );
  return { request, report };
}

/** The report as people read it: a line a unit, with intervals where values are sampled, and what stands behind them. */
function describeInfluence({ metric, values, fullLoss, sampling }: InfluenceReport, names: readonly string[]): string {
  const sampled = sampling && sampling.method !== 'exact';
  const say = (x: number | undefined) => (x === undefined || Number.isNaN(x) ? 'no number' : x.toFixed(5));
  const rows = values.map((value, i) => [
    names[i]!,
    say(value),
    ...(sampled ? sampling.intervals[i]!.map((end) => (Number.isNaN(end) ? '' : say(end))) : []),
  ]);
  const head = ['unit', metric, ...(sampled ? ['95% from', 'to'] : [])];
  const full = fullLoss === undefined ? [] : [['full model', say(fullLoss)]];
  const lines = [table([head, ...rows, ...full])];
  if (sampling) lines.push('', describeSampling(sampling));
  return lines.join('\n');
}

function describeSampling({ method, drawn, seed, efficiency, stopped, task }: Sampling): string {
  const why = {
    exact: 'every subset',
    bound: 'every interval is within the bound',
    stable: 'the order of the lowest stands still',
    permutations: 'as many as were asked for',
  };
  const how =
    method === 'exact'
      ? `${drawn} subsets${stopped ? '' : ': ended early'}`
      : `${drawn} ${method}, seed ${seed}: ${stopped ? why[stopped] : 'ended early'}`;
  const lines = [how];
  if (efficiency) {
    const { sum, all, none } = efficiency;
    lines.push(`sum ${sum.toFixed(5)}; v(all) - v(none) = ${(all - none).toFixed(5)}`);
  }
  if (task) {
    lines.push(
      `${task.task}, ${task.items} items, ${task.kept} units kept: an oracle, since it is measured on the test questions themselves`,
    );
  }
  return lines.join('\n');
}
