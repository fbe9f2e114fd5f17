import type { ScoreReport } from '../lab/contract';
import { pairedLoss } from '../pruning/paired-loss';
import { usage } from './arguments';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import {
  CALIBRATION_OPTIONS,
  type Command,
  JOB,
  MASK_OPTIONS,
  type Output,
  PART_OPTION,
  RECOVERY_OPTIONS,
  table,
  type Whole,
} from './command';
import { tellCost } from './cost';
import { ofTold } from './of-model';
import { readPart, tellReport } from './part';

const whole: Whole<'score'> = {
  job: 'score',
  tell([report, full, pruned], told) {
    const { loss, perplexity, tokens, windows } = report!;
    const json = {
      ...{ loss, perplexity, tokens, windows },
      ...(full && againstFull(report!, full)),
      ...(pruned && { pruned: { loss: pruned.loss, perplexity: pruned.perplexity } }),
    };
    const text = table([
      ['loss', loss.toFixed(5)],
      ['perplexity', perplexity.toFixed(4)],
      ['tokens', String(tokens)],
      ['windows', String(windows!.length)],
      ...(full ? sayAdded(report!, full) : []),
      ...(pruned ? [['without its recovery', pruned.loss.toFixed(5)]] : []),
    ]);
    return ofTold({ json, text }, told);
  },
};

export const score: Command = {
  whole,
  name: 'score',
  summary: 'loss and perplexity on a text, with layers dropped or not, and how much was added',
  usage:
    'lopper score MODEL (--ids FILE | --text FILE --seq-len N | --calibration-task NAME) [--drop LIST | --mask FILE] [--recovery FILE] [--logits] [--json]',
  options: {
    ...CALIBRATION_OPTIONS,
    ...MASK_OPTIONS,
    ...RECOVERY_OPTIONS,
    'precision-cost': { help: 'with --precision: how much of the loss is that of the smaller weights' },
    logits: { help: "with --json: the logits of each window's last token" },
    ...PART_OPTION,
  },
  check(args) {
    checkCalibration(args);
    const part = readPart(args);
    if (args.values.has('precision-cost') && !['q8', 'q4'].includes(args.values.get('precision') ?? '')) {
      throw usage('--precision-cost asks what smaller weights cost.', 'Add --precision q8 or q4.');
    }
    if (args.values.has('precision-cost') && part) {
      throw usage('--precision-cost and --part are both given.', 'Ask for the whole, or leave --precision-cost out.');
    }
  },
  async run(session) {
    const { lab, args, reporter } = session;
    const [mask, recovery] = [await session.mask(), await session.recovery()];
    const calibration = await readCalibration(session);
    const logits = args.values.has('logits');
    // What is dropped is held against the full model, with which it shares what comes before the first gap.
    const masks = mask.length > 0 ? [recovery ?? mask, [], ...(recovery ? [mask] : [])] : [mask];
    const part = readPart(args);
    const request = { calibration, masks, windows: true, logits, ...(part && { part }) };
    await tellCost(session, 'score', request);
    const reports = await lab.score(request, { job: JOB, onProgress: reporter.progress });
    const source = part ? await calibrationSource(session) : { source: '' };
    const told = await tellReport(session, whole, request, reports, source);
    if (!args.values.has('precision-cost')) return told;
    const published = await lab.scorePublished({ calibration }, { job: JOB, onProgress: reporter.progress });
    return withPrecision(told, reports[mask.length > 0 ? 1 : 0]!, published);
  },
};

/** What was told, and how much the smaller weights added to the full model's loss. */
function withPrecision({ json, text }: Output, made: ScoreReport, published: ScoreReport): Output {
  const { full, added } = againstFull(made, published);
  const cost = table([
    ['as published', published.loss.toFixed(5)],
    ['precision added', sayAdded(made, published)[1]![1]!],
  ]);
  return { json: { ...Object(json), precision: { published: full, added } }, text: `${text}\n${cost}` };
}

/** The full model's loss, and how much more the mask's is. */
function againstFull(pruned: ScoreReport, full: ScoreReport) {
  const { difference, interval, of, n } = pairedLoss(full.parts, pruned.parts);
  return { full: { loss: full.loss, perplexity: full.perplexity }, added: { loss: difference, interval, of, n } };
}

function sayAdded(pruned: ScoreReport, full: ScoreReport): string[][] {
  const { added } = againstFull(pruned, full);
  const signed = (x: number) => `${x < 0 ? '' : '+'}${x.toFixed(5)}`;
  const [low, high] = added.interval.map(signed);
  // One token says nothing of how much tokens differ.
  const sure = added.n > 1 ? ` (95%: ${low} to ${high}, over ${added.n} ${added.of})` : '';
  return [
    ['full model', full.loss.toFixed(5)],
    ['added', signed(added.loss) + sure],
  ];
}
