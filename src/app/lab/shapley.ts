import type { InfluenceReport, InfluenceSettings, ShapleyMetric } from '../../lab/contract';
import { METRIC_WORDS } from '../charts/metric-words';
import { type AppState, influenceKey, type SampledRun } from '../store/state';
import { store } from '../store/store';
import { toShown } from './influence';
import { lab, runJob } from './jobs';
import { calibrationOf, hereOrigin, sameCalibration } from './score';

/** Estimates are shown this often at most, milliseconds: often enough to watch, seldom enough to leave the page alone. */
const SHOW_EVERY = 500;
/** Units of which every subset can be tried: 4,096 of them. */
export const MOST_EXACT = 12;

export const sampledRun = (s: AppState, metric: ShapleyMetric): SampledRun | undefined =>
  s.sampled[influenceKey(metric, s.sampling.unit)];

/** Whether a run can be gone on with: under the settings in force it would have drawn the same. */
export function canResume(s: AppState, metric: ShapleyMetric): boolean {
  const run = sampledRun(s, metric);
  const sampling = run?.report.sampling;
  if (!run || !sampling?.state || !sameCalibration(run.calibration, s.calibration)) return false;
  const { stopped, method, seed, task } = sampling;
  if (stopped === 'exact' || (method === 'exact') !== isExact(s, metric)) return false;
  return seed === s.sampling.seed && (metric !== 'shapley-task' || task?.task === s.sampling.task);
}

export const canBeExact = (s: AppState, metric: ShapleyMetric): boolean =>
  metric !== 'shapley-task' && (s.model?.report.blocks ?? 0) * (s.sampling.unit === 'sublayer' ? 2 : 1) <= MOST_EXACT;

const isExact = (s: AppState, metric: ShapleyMetric) => s.sampling.exact && canBeExact(s, metric);

/**
 * Starts a sampled metric, or goes on where it was left. Each estimate is shown as it comes; cancelled, the last
 * stays with what it takes to go on.
 */
export async function startSampling(metric: ShapleyMetric, goOn: boolean): Promise<void> {
  const s = store.getState();
  const { unit, seed, permutations, bound, stableLowest, task } = s.sampling;
  const resume = goOn && canResume(s, metric) ? sampledRun(s, metric)?.report : undefined;
  const origin = hereOrigin(s);
  const { name } = METRIC_WORDS[metric];
  const settings: InfluenceSettings = {
    seed,
    // One that came to its end goes on for as long again.
    permutations: permutations + (resume?.sampling?.stopped === 'permutations' ? resume.sampling.drawn : 0),
    ...(isExact(s, metric) && { exact: true }),
    ...(bound > 0 && { bound }),
    ...(stableLowest > 0 && { stableLowest }),
    ...(metric === 'shapley-task' && { task: { task } }),
    ...(resume && { resume }),
  };
  let latest: InfluenceReport | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    clearTimeout(timer);
    timer = undefined;
    const report = latest;
    if (!report || store.getState().model?.report !== s.model?.report) return;
    const { calibration } = s;
    store.setState((now) => ({
      sampled: { ...now.sampled, [influenceKey(metric, unit)]: { report, origin, calibration } },
      influence: { ...now.influence, ...toShown(report, { origin, text: calibration.source }) },
    }));
  };
  const run = await runJob('influence', name, `${name} could not be computed`, (options) =>
    lab().influence(calibrationOf(s), metric, unit, {
      ...options,
      ...settings,
      onEstimate: (soFar) => {
        if (store.getState().jobs.influence?.id !== options.job) return;
        latest = soFar;
        timer ??= setTimeout(show, SHOW_EVERY);
      },
    }),
  );
  if (run.ended === 'done') latest = run.value;
  show();
}
