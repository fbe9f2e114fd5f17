import type { InfluenceReport, InfluenceSettings, ShapleyMetric } from '../../lab/contract';
import { calibrationPairs, difference, type Pair } from '../../lab/contract/asked';
import { unitsOf } from '../../model/units';
import { MOST_EXACT_UNITS } from '../../pruning/exact-shapley';
import { isOfTask } from '../../pruning/metrics';
import { reportOn } from '../store/influence';
import type { Measured } from '../store/measured';
import { calibrationOf, hereOrigin } from '../store/measuring';
import { reportOf } from '../store/select';
import type { AppState } from '../store/state';
import { store } from '../store/store';
import { METRIC_WORDS } from '../words/metrics';
import { chosenWords } from '../words/tasks';
import { showInfluence } from './influence';
import { lab, runJob } from './jobs';
import { settingsOf } from './metric-settings';
import { named } from './named';
import { titleOf } from './offered';

/** Estimates are shown less often than other results: three charts are drawn anew for each. */
const SHOW_EVERY = 500;

/** The last run of a metric on the units that are chosen. */
export const sampledRun = (s: AppState, metric: ShapleyMetric): Measured<InfluenceReport> | undefined =>
  reportOn(s.open.influence, metric, s.sampling.unit);

/** Whether a run can be gone on with: under the settings in force it would have drawn the same. */
export function canResume(s: AppState, metric: ShapleyMetric): boolean {
  const run = sampledRun(s, metric);
  const sampling = run?.report.sampling;
  if (!sampling?.state || sampling.stopped === 'exact') return false;
  const { method, seed, task } = sampling;
  // A task's items are a text of their own.
  const text: readonly Pair[] | undefined = isOfTask(metric)
    ? [
        ['task', task?.task, s.sampling.task],
        ['limit of items', task?.limit, s.sampling.items],
        ['seed of items', task?.seed, s.sampling.itemSeed],
      ]
    : run?.calibration && calibrationPairs(run.calibration, calibrationOf(s));
  if (!text) return false;
  const exact = isExact(s, metric);
  return !difference([['choice of exact values', method === 'exact', exact], ['seed', seed, s.sampling.seed], ...text]);
}

export const canBeExact = (s: AppState, metric: ShapleyMetric): boolean =>
  !isOfTask(metric) && unitsOf(reportOf(s)?.blocks ?? 0, s.sampling.unit).length <= MOST_EXACT_UNITS;

const isExact = (s: AppState, metric: ShapleyMetric) => s.sampling.exact && canBeExact(s, metric);

/**
 * Starts a sampled metric, or goes on where it was left. Each estimate is shown as it comes; cancelled, the last
 * stays with what it takes to go on.
 */
export async function startSampling(metric: ShapleyMetric, goOn: boolean): Promise<void> {
  const s = store.getState();
  const { unit, permutations, task, items, itemSeed } = s.sampling;
  const resume = goOn && canResume(s, metric) ? sampledRun(s, metric)?.report : undefined;
  const { name } = METRIC_WORDS[metric];
  const settings: InfluenceSettings = {
    ...settingsOf(s, metric),
    ...(!isOfTask(metric) && { exact: isExact(s, metric) }),
    // One that came to its end goes on for as long again.
    permutations: permutations + (resume?.sampling?.stopped === 'permutations' ? resume.sampling.drawn : 0),
    ...(resume && { resume }),
  };
  const calibration = calibrationOf(s);
  const text = isOfTask(metric)
    ? `${titleOf(task)}, ${chosenWords({ limit: items, seed: itemSeed })}`
    : s.calibration.source;
  const from = { origin: hereOrigin(s), text, calibration };
  await runJob<InfluenceReport>({
    slot: 'influence',
    of: metric,
    label: name,
    failure: `${name} could not be computed`,
    run: (options, soFar) =>
      named(calibration, (on) =>
        lab().influence({ metric, unit, ...settings, calibration: on }, { ...options, onEstimate: soFar }),
      ),
    show: (report) => showInfluence({ report, ...from }),
    showEvery: SHOW_EVERY,
  });
}
