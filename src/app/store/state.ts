/** What the page knows, as plain data: no GPU objects, no functions, nothing that could not be written to a file. */
import type { ShippedResults } from '../../lab/files/shipped-file';
import { type BenchmarksState, benchmarksAtFirst } from './benchmarks';
import { bundledCalibration, type CalibrationState } from './calibration';
import { type CurvesState, noCurves } from './curves';
import { type InfluenceState, influenceAtFirst } from './influence';
import { type JobsState, noJobs } from './jobs';
import { type LessonsState, noLessons } from './lessons';
import { type MachineState, unknownMachine } from './machine';
import { justOpened, type Open } from './open';
import { type PromptState, promptAtFirst } from './prompt';
import { type RouteState, routeAtFirst } from './route';
import { type ViewState, viewAtFirst } from './view';

export interface AppState
  extends MachineState,
    CalibrationState,
    InfluenceState,
    CurvesState,
    BenchmarksState,
    PromptState,
    JobsState,
    RouteState,
    LessonsState,
    ViewState {
  readonly open: Open;
  /** Of the bundled model, whatever is open. */
  readonly shipped?: ShippedResults;
}

export const initialState: AppState = {
  ...unknownMachine,
  ...bundledCalibration,
  ...influenceAtFirst,
  ...noCurves,
  ...benchmarksAtFirst,
  ...promptAtFirst,
  ...noJobs,
  ...routeAtFirst,
  ...noLessons,
  ...viewAtFirst,
  open: justOpened(),
};
