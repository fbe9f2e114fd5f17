import type { InfluenceReport } from '../../lab/contract';
import type { UnitKind } from '../../model/units';
import { metricsFrom, type PlainMetric, traitsOf } from '../../pruning/metrics';
import { addReport } from '../store/influence';
import type { Measured } from '../store/measured';
import { calibrationOf, hereOrigin } from '../store/measuring';
import { changeOpen, store } from '../store/store';
import { METRIC_WORDS } from '../words/metrics';
import { lab, runJob, throwIfOvertaken } from './jobs';
import { named } from './named';

/** attn and ffn come together. */
const UNITS: readonly UnitKind[] = ['sublayer', 'block'];

/**
 * Measures a metric for every attn, ffn and block on the calibration text, and shows it in place of what was there. The
 * metrics of its kind come with it: they are read off the same pass, or the same branches. Resolves to whether it was
 * measured.
 */
export async function computeInfluence(metric: PlainMetric): Promise<boolean> {
  const s = store.getState();
  const { name } = METRIC_WORDS[metric];
  const calibration = calibrationOf(s);
  const from = { origin: hereOrigin(s), text: s.calibration.source };
  const { ended } = await runJob({
    slot: 'influence',
    of: metric,
    label: name,
    failure: `${name} could not be computed`,
    run: async (options) => {
      const reports: InfluenceReport[] = [];
      for (const one of metricsFrom(traitsOf(metric).from)) {
        for (const unit of UNITS) {
          const request = { metric: one, unit, denominator: s.denominator };
          reports.push(await named(calibration, (on) => lab().influence({ ...request, calibration: on }, options)));
          throwIfOvertaken('influence', options);
        }
      }
      return reports;
    },
    show: (reports) => showInfluence(...reports.map((report) => ({ report, ...from }))),
  });
  return ended === 'done';
}

/** Puts reports before the page, each in the place of the one before. */
export const showInfluence = (...reports: readonly Measured<InfluenceReport>[]): void =>
  changeOpen(({ influence }) => ({ influence: reports.reduce(addReport, influence) }));
