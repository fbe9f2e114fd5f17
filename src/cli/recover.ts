import type {
  Calibration,
  FitOrder,
  OnBoth,
  RecoverEachReport,
  RecoveredUnit,
  RecoveredUnitReport,
  RecoverReport,
  RecoverSettings,
  RecoveryMethod,
  TrainReport,
} from '../lab/contract';
import { UNIT_NAMES } from '../model/units';
import type { AdamState } from '../recovery/training';
import { type TrainingTold, trainingTensors } from '../recovery/training-file';
import { undoneShare } from '../recovery/undone';
import { unitName } from '../recovery/units';
import { type Arguments, definedOf, finiteNumber, oneOf, positiveNumber, usage, wholeNumber } from './arguments';
import { calibrationSource, checkCalibration, parseIds, readCalibration } from './calibration';
import {
  CALIBRATION_OPTIONS,
  type Command,
  facts,
  JOB,
  MASK_OPTIONS,
  type Session,
  table,
  type Whole,
} from './command';
import { tellCost } from './cost';
import { readDataOption } from './data-files';
import { ofModel, ofTold } from './of-model';
import { readPart, tellReport } from './part';
import {
  describeTraining,
  isTrained,
  readTrainSettings,
  TRAINING_METHODS,
  TRAINING_OPTIONS,
  train,
  trainingJson,
  trainingTold,
} from './recover-training';
import { checkOut, saveRecovery } from './save-recovery';

/** In closed form. */
const METHODS = ['mean', 'linear', 'diagonal', 'scale', 'merged'] as const satisfies readonly RecoveryMethod[];
const FITS = ['sequential', 'full', 'corrected'] as const satisfies readonly FitOrder[];

const whole: Whole<'recoverEach'> = {
  job: 'recoverEach',
  tell: (report, told) => ofTold({ json: eachJson(report), text: describeEach(report) }, told),
};

export const recover: Command = {
  whole,
  name: 'recover',
  summary: 'what may stand in a dropped layer’s place, and what that is worth',
  usage: `lopper recover MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) (--drop LIST | --mask FILE | --each --unit ${UNIT_NAMES.join('|')}) --method ${[...METHODS, ...TRAINING_METHODS].join('|')} [--json]`,
  options: {
    ...CALIBRATION_OPTIONS,
    drop: MASK_OPTIONS.drop!,
    mask: MASK_OPTIONS.mask!,
    each: { help: 'every unit on its own, dropped and recovered (with --unit)' },
    unit: { value: 'KIND', help: `${UNIT_NAMES.join(', ')} (with --each)` },
    method: {
      value: 'NAME',
      help: 'mean: the mean of what it adds; linear: a linear map of what it reads; diagonal: each channel on its own; scale: one number; merged: a linear map of what the last kept layer below adds, which fits into its weights; trained: bias: a vector, distill: a linear map, to what the full model predicts; sft: to the next token; mse: to the full model’s stream',
    },
    fit: {
      value: 'ORDER',
      help: 'several units: sequential, each in the model recovered below it (the default); full, in the full model; corrected, back to the full model',
    },
    rank: { value: 'R', help: 'of the linear map (8)' },
    strength: { value: 'S', help: 'how much of what was fitted is added (1)' },
    ridge: { value: 'X', help: 'of the linear map, the diagonal (1e-6 of the mean eigenvalue)' },
    weighted: { help: 'least squares of the relative error' },
    normed: {
      help: 'a linear map of the normed stream: in a feed-forward layer’s place it fits into a checkpoint’s weights',
    },
    'skip-first': { value: 'K', help: 'leave the first K positions of each window out of the statistics' },
    'split-blocks': { help: 'a module for each sublayer of a dropped block, not one for the block' },
    'held-out': {
      value: 'FILE|SHARE',
      help: 'text that is not fitted on: another file, read as the first, or a share of the windows',
    },
    out: { value: 'FILE', help: 'write what was fitted, as safetensors' },
    part: { value: 'I/N', help: 'with --each: only part I of N of the units, for lopper merge; prints JSON' },
    ...TRAINING_OPTIONS,
  },
  check(args) {
    const has = (name: string) => args.values.has(name);
    if (isTrained(args)) readTrainSettings(args);
    else readSettings(args);
    checkCalibration(args);
    if (has('each') !== has('unit')) throw usage('--each and --unit belong together.', 'Give both, or --drop LIST.');
    const named = ['drop', 'mask', 'each'].filter(has);
    // A file to begin with says what it drops.
    if (named.length > 1 || (named.length === 0 && !has('init') && !has('resume'))) {
      throw usage(
        named.length === 0 ? 'Nothing is dropped.' : `--${named[0]} and --${named[1]} are both given.`,
        'Give --drop LIST, or --mask FILE, or --each --unit KIND.',
      );
    }
    const unused = ['out', 'held-out', 'fit', 'split-blocks'].find((name) => has('each') && has(name));
    if (unused) throw usage(`--${unused} does not belong to --each.`, 'Leave it out, or name what is dropped.');
    if (has('unit')) oneOf(args, 'unit', UNIT_NAMES);
    if (readPart(args) && !has('each')) throw usage('--part belongs to --each.', 'Leave it out.');
    shareOf(args);
  },
  async run(session) {
    const { args, lab, reporter } = session;
    await checkOut(session);
    const calibration = await readCalibration(session);
    if (isTrained(args)) {
      const report = await train(session, calibration, await readHeldOut(session));
      for (const note of report.notes) reporter.note(note);
      await save(session, report, { ...report.run.asked }, { told: trainingTold(report.run), of: report.run.state });
      const text = [describe(report), describeTraining(report)].join('\n\n');
      return ofModel({ json: reportJson(report), text }, session.model);
    }
    const settings = readSettings(args);
    const job = { job: JOB, onProgress: reporter.progress };
    if (args.values.has('each')) {
      const part = readPart(args);
      const asked = { calibration, unit: oneOf(args, 'unit', UNIT_NAMES), ...settings, ...(part && { part }) };
      const report = await lab.recoverEach(asked, job);
      return tellReport(session, whole, asked, report, part ? await calibrationSource(session) : { source: '' });
    }
    const request = { calibration, dropped: await session.mask(), heldOut: await readHeldOut(session), ...settings };
    await tellCost(session, 'recover', request);
    const report = await lab.recover(request, job);
    for (const note of report.notes) reporter.note(note);
    await save(session, report, { ...settings });
    return ofModel({ json: reportJson(report), text: describe(report) }, session.model);
  },
};

function readSettings(args: Arguments): RecoverSettings {
  // Those that train are read elsewhere, and named here.
  const method = oneOf(args, 'method', [...METHODS, ...TRAINING_METHODS]) as RecoveryMethod;
  const foreign = Object.keys(TRAINING_OPTIONS).find((name) => args.values.has(name));
  if (foreign) {
    throw usage(`--${foreign} does not belong to --method ${method}.`, `It is for ${TRAINING_METHODS.join(', ')}.`);
  }
  for (const name of ['rank', 'normed']) {
    if (!args.values.has(name) || method === 'linear' || (name === 'rank' && method === 'merged')) continue;
    throw usage(`--${name} does not belong to --method ${method}.`, 'Leave it out, or give --method linear.');
  }
  if (args.values.has('ridge') && (method === 'mean' || method === 'scale')) {
    throw usage(`--ridge does not belong to --method ${method}.`, 'Leave it out, or give --method linear or diagonal.');
  }
  return {
    method,
    ...definedOf({
      fit: args.values.has('fit') ? oneOf(args, 'fit', FITS) : undefined,
      rank: wholeNumber(args, 'rank', 1, undefined),
      strength: finiteNumber(args, 'strength', undefined),
      ridge: positiveNumber(args, 'ridge', undefined),
      weighted: args.values.has('weighted') || undefined,
      normed: args.values.has('normed') || undefined,
      skipFirst: wholeNumber(args, 'skip-first', 0, undefined),
      splitBlocks: args.values.has('split-blocks') || undefined,
    }),
  };
}

/** The share of the windows that is held out; undefined where a file is named, or nothing. Throws `usage`. */
function shareOf(args: Arguments): number | undefined {
  const text = args.values.get('held-out');
  if (text === undefined || text.trim() === '' || Number.isNaN(Number(text))) return undefined;
  const share = Number(text);
  if (share > 0 && share < 1) return share;
  throw usage(`--held-out is ${text}.`, 'Give a share between 0 and 1, such as 0.25, or a file.');
}

/** A file is read as the calibration is: token ids, items of its task, or a text. */
async function readHeldOut(session: Session): Promise<Calibration | number | undefined> {
  const { args, readText } = session;
  const path = args.values.get('held-out');
  if (path === undefined) return undefined;
  const share = shareOf(args);
  if (share !== undefined) return share;
  const task = args.values.get('calibration-task');
  if (task !== undefined) {
    const [limit, seqLen] = [wholeNumber(args, 'limit', 1, undefined), wholeNumber(args, 'seq-len', 2, undefined)];
    return { task, limit, seqLen, data: await readDataOption(session, 'held-out') };
  }
  const text = await readText(path);
  if (args.values.has('ids')) return { ids: parseIds(text, path) };
  return { text, seqLen: wholeNumber(args, 'seq-len', 2, 256) };
}

async function save(
  session: Session,
  report: RecoverReport | TrainReport,
  settings: Readonly<Record<string, unknown>>,
  training?: { readonly told: TrainingTold; readonly of: AdamState },
): Promise<void> {
  const out = session.args.values.get('out');
  if (out === undefined) return;
  const { method: _, ...rest } = settings;
  const notes = {
    method: report.method,
    settings: { ...rest, ...(report.fit && { fit: report.fit }), ...(report.rank && { rank: report.rank }) },
    tokens: report.tokens[0],
    loss: Object.fromEntries(Object.entries(report.loss).map(([name, pair]) => [name, [...pair] as number[]])),
    ...(training && { training: training.told }),
  };
  await saveRecovery(session, out, report, notes, training && trainingTensors(training.of));
}

const unitJson = ({ block, kind }: RecoveredUnit) => (kind === 'block' ? ['block', block] : [block, kind]);
const pairJson = ([calibration, held]: OnBoth) => [calibration, held ?? null];

const reportJson = (report: RecoverReport | TrainReport) => ({
  ...{ method: report.method, rank: report.rank ?? null, fit: report.fit ?? null },
  strength: 'strength' in report ? report.strength : 1,
  units: report.units.map(({ unit, norm, channelMean, channelStd, r2, r2ByRank }: RecoveredUnitReport) => ({
    ...{ unit: unitJson(unit), norm, channel_mean: channelMean, channel_std: channelStd, r2: pairJson(r2) },
    ...(r2ByRank && { r2_by_rank: r2ByRank.map(([k, ...of]) => [k, ...pairJson(of)]) }),
  })),
  loss: {
    full: pairJson(report.loss.full),
    pruned: pairJson(report.loss.pruned),
    recovered: pairJson(report.loss.recovered),
  },
  ...('run' in report ? trainingJson(report) : { losses: [], held_losses: [] }),
  ...{ tokens: pairJson(report.tokens), notes: report.notes },
});

const eachJson = ({ method, rank, strength, unit, fullLoss, units, tokens }: RecoverEachReport) => ({
  ...{ method, rank: rank ?? null, strength, unit, loss_full: fullLoss, tokens },
  each: units.map(({ unit, norm, channelMean, channelStd, lossDropped, lossRecovered }) => ({
    ...{ unit: unitJson(unit), norm, channel_mean: channelMean, channel_std: channelStd },
    ...{ loss_dropped: lossDropped, loss_recovered: lossRecovered },
  })),
});

const say = (x: number | undefined) => (x === undefined ? '' : Number.isNaN(x) ? 'no number' : x.toFixed(5));

function describe({ units, loss, tokens }: RecoverReport | TrainReport): string {
  const isHeld = tokens.length > 1;
  const heads = ['unit', 'length of the mean', 'R2', ...(isHeld ? ['R2 held out'] : [])];
  const rows = units.map(({ unit, norm, r2: [calibration, held] }) => [
    ...[unitName(unit), norm.toFixed(4), calibration.toFixed(4)],
    ...(isHeld ? [held!.toFixed(4)] : []),
  ]);
  const undone = (i: 0 | 1) => {
    const share = undoneShare(loss.full[i]!, loss.pruned[i]!, loss.recovered[i]!);
    return share === undefined ? 'hardly any damage' : `${(100 * share).toFixed(1)}%`;
  };
  const losses = [
    ['loss', 'fitted on', ...(isHeld ? ['held out'] : [])],
    ...(['full', 'pruned', 'recovered'] as const).map((name) => [name, ...loss[name].map(say)]),
    ['of the damage undone', undone(0), ...(isHeld ? [undone(1)] : [])],
  ];
  return [table([heads, ...rows]), table(losses)].join('\n\n');
}

function describeEach({ units, fullLoss, tokens }: RecoverEachReport): string {
  const rows = units.map(({ unit, norm, channelStd, lossDropped, lossRecovered }) => [
    ...[unitName(unit), norm.toFixed(4), channelStd.toFixed(5), say(lossDropped), say(lossRecovered)],
  ]);
  return [
    table([['unit', 'length of the mean', 'deviation', 'dropped', 'recovered'], ...rows]),
    facts([
      ['full model', say(fullLoss)],
      ['tokens', String(tokens)],
    ]),
  ].join('\n\n');
}
