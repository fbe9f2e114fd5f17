/** What the page knows, as plain data: no GPU objects, no functions, nothing that could not be written to a file. */
import { type BenchmarksState, benchmarksAtFirst } from './benchmarks';
import { bundledCalibration, type CalibrationState } from './calibration';
import { type CurvesState, noCurves } from './curves';
import { type InfluenceState, influenceAtFirst } from './influence';
import { type JobsState, noJobs } from './jobs';
import { type KnownState, nothingKnown } from './known';
import { type LessonsState, noLessons } from './lessons';
import { type MachineState, unknownMachine } from './machine';
import { justOpened, type Open } from './open';
import { type PromptState, promptAtFirst } from './prompt';
import { type RecoveryState, recoveryAtFirst } from './recovery';
import { type RouteState, routeAtFirst } from './route';
import { type TrainingState, trainingAtFirst } from './training';
import { type ViewState, viewAtFirst } from './view';

export interface AppState
  extends MachineState,
    CalibrationState,
    InfluenceState,
    CurvesState,
    BenchmarksState,
    PromptState,
    RecoveryState,
    TrainingState,
    JobsState,
    KnownState,
    RouteState,
    LessonsState,
    ViewState {
  readonly open: Open;
}

export const initialState: AppState = {
  ...unknownMachine,
  ...bundledCalibration,
  ...influenceAtFirst,
  ...noCurves,
  ...benchmarksAtFirst,
  ...promptAtFirst,
  ...recoveryAtFirst,
  ...trainingAtFirst,
  ...noJobs,
  ...nothingKnown,
  ...routeAtFirst,
  ...noLessons,
  ...viewAtFirst,
  open: justOpened(),
};
