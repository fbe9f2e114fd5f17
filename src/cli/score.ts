import type { ScoreReport } from '../lab/contract';
import { pairedLoss } from '../pruning/paired-loss';
import { calibrationSource, checkCalibration, readCalibration } from './calibration';
import {
  CALIBRATION_OPTIONS,
  type Command,
  JOB,
  MASK_OPTIONS,
  PART_OPTION,
  RECOVERY_OPTIONS,
  table,
  type Whole,
} from './command';
import { tellCost } from './cost';
import { readPart, tellReport } from './part';

const whole: Whole<'score'> = {
  job: 'score',
  tell([report, full, pruned]) {
    const { loss, perplexity, tokens, windows } = report!;
    return {
      json: {
        ...{ loss, perplexity, tokens, windows },
        ...(full && againstFull(report!, full)),
        ...(pruned && { pruned: { loss: pruned.loss, perplexity: pruned.perplexity } }),
      },
      text: table([
        ['loss', loss.toFixed(5)],
        ['perplexity', perplexity.toFixed(4)],
        ['tokens', String(tokens)],
        ['windows', String(windows!.length)],
        ...(full ? sayAdded(report!, full) : []),
        ...(pruned ? [['without its recovery', pruned.loss.toFixed(5)]] : []),
      ]),
    };
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
    logits: { help: "with --json: the logits of each window's last token" },
    ...PART_OPTION,
  },
  check(args) {
    checkCalibration(args);
    readPart(args);
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
    return tellReport(session, whole, request, reports, part ? await calibrationSource(session) : { source: '' });
  },
};

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
