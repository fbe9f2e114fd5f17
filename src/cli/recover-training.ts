/** The part of `lopper recover` that trains. */
import { LopperError } from '../errors';
import { fileSource } from '../formats/node';
import type {
  Calibration,
  Schedule,
  TrainingFit,
  TrainingMethod,
  TrainingRun,
  TrainReport,
  TrainRequest,
  TrainSettings,
} from '../lab/contract';
import type { Sublayer } from '../model/units';
import { readRecovery } from '../recovery/file';
import { readTraining, type TrainingTold } from '../recovery/training-file';
import { type Arguments, definedOf, type Options, oneOf, positiveNumber, usage, wholeNumber } from './arguments';
import { JOB, type Session } from './command';
import { tellCost } from './cost';

export const TRAINING_METHODS = ['bias', 'mse', 'sft', 'distill'] as const satisfies readonly TrainingMethod[];
const FITS = ['corrected', 'full'] as const satisfies readonly TrainingFit[];
const SCHEDULES = ['cosine', 'constant'] as const satisfies readonly Schedule[];

export const isTrained = (args: Arguments): boolean =>
  TRAINING_METHODS.some((method) => method === args.values.get('method'));

/** Options of the methods that train. */
export const TRAINING_OPTIONS: Options = {
  steps: { value: 'N', help: 'of training, in all (100)' },
  lr: { value: 'X', help: 'learning rate (0.001)' },
  schedule: { value: 'NAME', help: 'of the learning rate: cosine (the default), constant' },
  batch: { value: 'N|all', help: 'windows a step (4)' },
  seed: { value: 'S', help: 'of what is drawn: the start, the order of windows (0)' },
  start: { value: 'NAME', help: 'zero, closed: the linear map in closed form (whichever has the lower loss)' },
  rates: { value: 'NAME', help: 'scaled: rates that fit the size of the stream (the default); plain: all the same' },
  init: { value: 'FILE', help: 'begin with what lopper recover --out wrote; its ranks count' },
  resume: { value: 'FILE', help: 'go on with training from what lopper recover --out wrote' },
};

/** Throws `usage` for what is wrong with the words alone. */
export function readTrainSettings(args: Arguments): TrainSettings {
  const has = (name: string) => args.values.has(name);
  const method = oneOf(args, 'method', TRAINING_METHODS);
  const foreign = ['strength', 'ridge', 'weighted', 'normed', 'skip-first', 'each'].find(has);
  if (foreign) throw usage(`--${foreign} does not belong to --method ${method}.`, 'Leave it out.');
  if (has('fit') && method !== 'mse') throw usage(`--fit does not belong to --method ${method}.`, 'Leave it out.');
  const both = [
    ['init', 'resume'],
    ['init', 'start'],
    ['init', 'rank'],
    ['resume', 'start'],
    ['resume', 'rank'],
  ].find((pair) => pair.every(has));
  if (both) throw usage(`--${both[0]} and --${both[1]} are both given.`, 'Give one of them.');
  const batch = args.values.get('batch') === 'all' ? 'all' : wholeNumber(args, 'batch', 1, undefined);
  return {
    method,
    ...definedOf({
      fit: has('fit') ? oneOf(args, 'fit', FITS) : undefined,
      rank: wholeNumber(args, 'rank', 1, undefined),
      steps: wholeNumber(args, 'steps', 1, undefined),
      lr: positiveNumber(args, 'lr', undefined),
      schedule: has('schedule') ? oneOf(args, 'schedule', SCHEDULES) : undefined,
      batch,
      seed: wholeNumber(args, 'seed', 0, undefined),
      start: has('start') ? oneOf(args, 'start', ['zero', 'closed'] as const) : undefined,
      rates: has('rates') ? oneOf(args, 'rates', ['scaled', 'plain'] as const) : undefined,
      splitBlocks: has('split-blocks') || undefined,
    }),
  };
}

/** Trains; where the first Ctrl-C ended it early, what it had come to is measured and told. */
export async function train(
  session: Session,
  calibration: Calibration,
  heldOut: TrainRequest['heldOut'],
): Promise<TrainReport> {
  const { args, lab, reporter } = session;
  const request: TrainRequest = { calibration, heldOut, ...readTrainSettings(args), ...(await readBegin(session)) };
  await tellCost(session, 'train', request);
  let last: TrainingRun | undefined;
  const job = {
    job: JOB,
    onProgress: reporter.progress,
    onRun: (run: TrainingRun) => {
      last = run;
    },
  };
  const end = () => void lab.cancel(JOB);
  process.once('SIGINT', end);
  try {
    return await lab.train(request, job);
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'cancelled' || !last) throw error;
    const { step } = last.state;
    reporter.note(`Ended early, after ${step} steps. Go on from the file of --out with --resume FILE.`);
    return await lab.train(
      { ...request, init: undefined, start: undefined, rank: undefined, resume: last, steps: step },
      job,
    );
  } finally {
    process.off('SIGINT', end);
  }
}

/** What is dropped, and what it begins with. */
async function readBegin(session: Session): Promise<Pick<TrainRequest, 'dropped' | 'init' | 'resume'>> {
  const { args, model, path, reporter } = session;
  const [init, resume] = [args.values.get('init'), args.values.get('resume')];
  const named = await session.mask();
  const file = init ?? resume;
  if (file === undefined) return { dropped: named };
  const source = await fileSource(path(file));
  const read = resume === undefined ? await readRecovery(source, model) : await readTraining(source, model);
  for (const warning of read.warnings) reporter.note(`${file}: ${warning}`);
  const dropped: readonly Sublayer[] = named.length > 0 ? named : read.dropped;
  return 'run' in read ? { dropped, resume: read.run } : { dropped, init: read.modules };
}

export const trainingJson = ({ run, ended }: TrainReport) => ({
  ...{ losses: run.losses, held_losses: run.heldLosses, steps: run.state.step, best_step: run.best.step, ended },
  asked: { ...run.asked },
});

/** What its file says of a run. */
export const trainingTold = ({ state, best, ...rest }: TrainingRun): TrainingTold => ({
  ...rest,
  ...{
    step: state.step,
    best: best.step,
    rates: state.adapters.map(({ rates }): [number, number, number] => [...rates]),
  },
  ...{ losses: [...rest.losses], heldLosses: [...rest.heldLosses] },
});

/** "loss of training 2.290 at first, 1.684 after 20 steps". */
export function describeTraining({ run }: TrainReport): string {
  const say = (losses: readonly number[]) =>
    `${losses[0]!.toPrecision(5)} at first, ${losses.at(-1)!.toPrecision(5)} after`;
  const { losses, heldLosses, best } = run;
  return [
    `Trained ${losses.length - 1} steps: the loss was ${say(losses)}.`,
    ...(heldLosses.length > 0
      ? [`On the text held out it was ${say(heldLosses)}; the best, after ${best.step} steps, is kept.`]
      : []),
  ].join('\n');
}
