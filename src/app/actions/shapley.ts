import type { InfluenceReport, InfluenceSettings, ShapleyMetric } from '../../lab/contract';
import { unitsOf } from '../../model/units';
import { MOST_EXACT_UNITS } from '../../pruning/exact-shapley';
import { traitsOf } from '../../pruning/metrics';
import { type AppState, influenceKey, type SampledRun } from '../store/state';
import { store } from '../store/store';
import { plural } from '../words/format';
import { METRIC_WORDS } from '../words/metrics';
import { toShown } from './influence';
import { lab, runJob } from './jobs';
import { settingsOf } from './metric-settings';
import { calibrationOf, hereOrigin, sameCalibration } from './score';

/** Estimates are shown this often at most, milliseconds: often enough to watch, seldom enough to leave the page alone. */
const SHOW_EVERY = 500;

/** The last run of a metric on the units that are chosen. */
export const sampledRun = (s: AppState, metric: ShapleyMetric): SampledRun | undefined =>
  s.sampled[influenceKey(metric, s.sampling.unit)];

/** Whether a run can be gone on with: under the settings in force it would have drawn the same. */
export function canResume(s: AppState, metric: ShapleyMetric): boolean {
  const run = sampledRun(s, metric);
  const sampling = run?.report.sampling;
  if (!run || !sampling?.state) return false;
  const { stopped, method, seed, task } = sampling;
  if (stopped === 'exact' || (method === 'exact') !== isExact(s, metric) || seed !== s.sampling.seed) return false;
  // A task's items are a text of their own.
  if (traitsOf(metric).worth === 'task') return task?.task === s.sampling.task && task.limit === s.sampling.items;
  return run.calibration !== undefined && sameCalibration(run.calibration, calibrationOf(s));
}

export const canBeExact = (s: AppState, metric: ShapleyMetric): boolean =>
  traitsOf(metric).worth !== 'task' && unitsOf(s.model?.report.blocks ?? 0, s.sampling.unit).length <= MOST_EXACT_UNITS;

const isExact = (s: AppState, metric: ShapleyMetric) => s.sampling.exact && canBeExact(s, metric);

/**
 * Starts a sampled metric, or goes on where it was left. Each estimate is shown as it comes; cancelled, the last
 * stays with what it takes to go on.
 */
export async function startSampling(metric: ShapleyMetric, goOn: boolean): Promise<void> {
  const s = store.getState();
  const { unit, permutations } = s.sampling;
  const resume = goOn && canResume(s, metric) ? sampledRun(s, metric)?.report : undefined;
  const origin = hereOrigin(s);
  const { name } = METRIC_WORDS[metric];
  const settings: InfluenceSettings = {
    ...settingsOf(s, metric),
    ...(traitsOf(metric).worth !== 'task' && { exact: isExact(s, metric) }),
    // One that came to its end goes on for as long again.
    permutations: permutations + (resume?.sampling?.stopped === 'permutations' ? resume.sampling.drawn : 0),
    ...(resume && { resume }),
  };
  const calibration = calibrationOf(s);
  const { task, items } = s.sampling;
  const text = traitsOf(metric).worth === 'task' ? `first ${plural(items, 'item')} of ${task}` : s.calibration.source;
  let latest: InfluenceReport | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    clearTimeout(timer);
    timer = undefined;
    const report = latest;
    if (!report || store.getState().model?.report !== s.model?.report) return;
    // Until the last subset is in, exact values are not known.
    const known = report.values.some(Number.isFinite);
    const shown = known ? toShown(report, { origin, text }) : {};
    store.setState((now) => ({
      sampled: { ...now.sampled, [influenceKey(metric, unit)]: { report, origin, text, calibration } },
      influence: { ...now.influence, ...shown },
    }));
  };
  const run = await runJob('influence', name, `${name} could not be computed`, (options) =>
    lab().influence(
      { calibration, metric, unit, ...settings },
      {
        ...options,
        onEstimate: (soFar) => {
          if (store.getState().jobs.influence?.id !== options.job) return;
          latest = soFar;
          timer ??= setTimeout(show, SHOW_EVERY);
        },
      },
    ),
  );
  if (run.ended === 'done') latest = run.value;
  show();
}
