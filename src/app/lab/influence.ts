import type { InfluenceReport } from '../../lab/contract';
import { type Influence, influenceKey, type ShownMetric } from '../store/state';
import { store } from '../store/store';
import { lab, runJob, throwIfOvertaken } from './jobs';
import { calibrationOf, hereOrigin } from './score';

const NAMES: Readonly<Record<ShownMetric, string>> = {
  cosine: 'Cosine influence',
  'loo-loss': 'Leave-one-out loss',
};

/** Measures one metric for every attn, ffn and block on the calibration text, and shows it in place of what was there. */
export async function computeInfluence(metric: ShownMetric): Promise<void> {
  const s = store.getState();
  const calibration = calibrationOf(s);
  const run = await runJob('influence', NAMES[metric], `${NAMES[metric]} could not be computed`, async (options) => {
    const sublayers = await lab().influence(calibration, metric, 'sublayer', options);
    throwIfOvertaken('influence', options);
    return [...splitSublayers(sublayers), await lab().influence(calibration, metric, 'block', options)];
  });
  if (run.ended !== 'done' || store.getState().model?.report !== s.model?.report) return;
  const measured = run.value.map((report): [string, Influence] => [
    influenceKey(metric, report.unit as 'attn' | 'ffn' | 'block'),
    { report, origin: hereOrigin(s), text: s.calibration.source },
  ]);
  store.setState((now) => ({ influence: { ...now.influence, ...Object.fromEntries(measured) } }));
}

/** A report in the order 0-attn, 0-ffn, 1-attn, ... as one for each kind. */
function splitSublayers(report: InfluenceReport): InfluenceReport[] {
  return (['attn', 'ffn'] as const).map((unit, k) => ({
    ...report,
    unit,
    values: report.values.filter((_, i) => i % 2 === k),
  }));
}
