import type { TrainingProgress, TrainingRun, TrainReport, TrainSettings } from '../../lab/contract';
import { sameMask } from '../../pruning/mask';
import { calibrationOf, hereOrigin } from '../store/measuring';
import { maskOf } from '../store/select';
import { changeOpen, store } from '../store/store';
import type { Trained, TrainingChoice } from '../store/training';
import { upperFirst } from '../words/format';
import { objectiveOf, trainedName } from '../words/training';
import { lab, runJob } from './jobs';
import { named } from './named';
import { heldOutOf, scoreThird, showRecovered } from './recovery';

/** Lines on one chart at most; the oldest goes. */
const MOST_RUNS = 7;

export const chooseTraining = (change: Partial<TrainingChoice>): void =>
  store.setState(({ training }) => ({ training: { ...training, ...change } }));

/** What the lab is asked for such a choice. */
const settingsOf = ({ objective, rank, start, ...others }: Trained['settings']): TrainSettings => ({
  ...others,
  ...(rank === 0 ? { method: 'bias' } : { method: objective, rank }),
  ...(start !== 'best' && { start }),
});

const changeRun = (id: number, by: Partial<Trained>): void =>
  changeOpen(({ trained }) => ({ trained: trained.map((one) => (one.id === id ? { ...one, ...by } : one)) }));

const runOf = (id: number): Trained | undefined => store.getState().open.trained.find((one) => one.id === id);

/** Trains what is to stand in for the dropped layers, as a new line of the chart. */
export async function startTraining(): Promise<void> {
  const s = store.getState();
  const id = 1 + Math.max(0, ...s.open.trained.map((one) => one.id));
  const begun: Trained = {
    ...{ id, mask: maskOf(s), origin: hereOrigin(s), text: s.calibration.source, calibration: calibrationOf(s) },
    settings: { ...s.training, objective: objectiveOf(s.training), splitBlocks: s.recovery.splitBlocks },
    heldOut: heldOutOf(s),
    ...{ steps: s.training.steps, losses: [], heldLosses: [], best: 0, state: 'running' },
  };
  changeOpen(({ trained }) => ({ trained: [...trained.slice(1 - MOST_RUNS), begun] }));
  await train(begun);
}

/** Goes on with a training that was paused. */
export async function resumeTraining(id: number): Promise<void> {
  const found = runOf(id);
  if (!found || !sameMask(found.mask, maskOf(store.getState()))) return;
  changeRun(id, { state: 'running' });
  await train(found);
}

/** Takes a line off the chart. */
export const removeTraining = (id: number): void =>
  changeOpen(({ trained }) => ({ trained: trained.filter((one) => one.id !== id) }));

/** Puts what a training ended in where what stands in for the dropped layers is told. */
export function showTrained(id: number): void {
  const found = runOf(id);
  if (!found?.report) return;
  const { report, mask, settings, origin, text, calibration } = found;
  showRecovered(mask, trainedName(settings), { report, origin, text, calibration });
  void scoreThird();
}

/** What is known of a training while it goes on. */
interface SoFar {
  readonly progress?: TrainingProgress;
  /** To go on from: it is some steps behind. */
  readonly run?: TrainingRun;
  readonly report?: TrainReport;
}

async function train({ id, mask, settings, calibration, heldOut }: Trained): Promise<void> {
  /** The last that can be gone on from: after a pause, or where the device was lost. */
  let run: TrainingRun | undefined = runOf(id)?.run;
  let progress: TrainingProgress | undefined;
  const ended = await runJob<SoFar>({
    slot: 'recover',
    of: 'train',
    label: upperFirst(trainedName(settings)),
    failure: 'The training could not be done',
    run: async (options, soFar) => ({
      report: await named(calibration!, (on) =>
        lab().train(
          { calibration: on, heldOut, dropped: mask.dropped, ...settingsOf(settings), ...(run && { resume: run }) },
          {
            ...options,
            onStep: (now) => {
              progress = now;
              soFar({ progress, run });
            },
            onRun: (now) => {
              run = now;
              soFar({ progress, run });
            },
          },
        ),
      ),
    }),
    show: ({ progress, run, report }) => {
      if (report) {
        const { losses, heldLosses, best } = report.run;
        const state = report.ended;
        changeRun(id, { losses, heldLosses, best: best.step, run: report.run, report, state });
      } else changeRun(id, { ...progress, ...(run && { run }) });
    },
  });
  if (ended.ended === 'done') return showTrained(id);
  // Steps that were not kept are taken once more, to the same numbers.
  const { losses = [], heldLosses = [], best } = run ?? {};
  changeRun(id, { state: 'paused', run, losses, heldLosses, best: best?.step ?? 0 });
}
