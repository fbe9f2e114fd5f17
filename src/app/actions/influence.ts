import type { InfluenceReport, Sampling } from '../../lab/contract';
import type { PlainUnit, UnitKind } from '../../model/units';
import { metricsFrom, type PlainMetric, traitsOf } from '../../pruning/metrics';
import { type Influence, influenceKey } from '../store/state';
import { store } from '../store/store';
import { METRIC_WORDS } from '../words/metrics';
import { lab, runJob, throwIfOvertaken } from './jobs';
import { calibrationOf, hereOrigin } from './score';

const UNITS: readonly UnitKind[] = ['sublayer', 'block'];

/**
 * Measures a metric for every attn, ffn and block on the calibration text, and shows it in place of what was there. The
 * metrics of its group come with it: they are read off the same pass, or the same branches. Resolves to whether it was measured.
 */
export async function computeInfluence(metric: PlainMetric): Promise<boolean> {
  const s = store.getState();
  const { name } = METRIC_WORDS[metric];
  const calibration = calibrationOf(s);
  const metrics = metricsFrom(traitsOf(metric).from);
  const run = await runJob('influence', name, `${name} could not be computed`, async (options) => {
    const reports: InfluenceReport[] = [];
    for (const one of metrics) {
      for (const unit of UNITS) {
        reports.push(await lab().influence({ calibration, metric: one, unit, denominator: s.denominator }, options));
        throwIfOvertaken('influence', options);
      }
    }
    return reports;
  });
  if (run.ended !== 'done' || store.getState().model?.report !== s.model?.report) return false;
  const origin = hereOrigin(s);
  const shown = Object.assign(
    {},
    ...run.value.map((report) => toShown(report, { origin, text: s.calibration.source })),
  );
  store.setState((now) => ({ influence: { ...now.influence, ...shown } }));
  return true;
}

/** A report as the charts hold it, by `influenceKey`: one of mixed sublayers as one of attn and one of ffn. */
export function toShown(
  report: InfluenceReport,
  { origin, text }: Pick<Influence, 'origin' | 'text'>,
): Record<string, Influence> {
  const parts = report.unit === 'sublayer' ? splitSublayers(report) : [report];
  const players = report.sampling && report.unit;
  return Object.fromEntries(
    parts.map((part) => [
      influenceKey(part.metric, part.unit as PlainUnit),
      { report: part, origin, text, ...(players && { players }) },
    ]),
  );
}

/** A report in the order 0-attn, 0-ffn, 1-attn, ... as one for each kind. What it takes to go on stays with the whole. */
export function splitSublayers(report: InfluenceReport): InfluenceReport[] {
  return (['attn', 'ffn'] as const).map((unit, k) => {
    const own = <T>(all: readonly T[]) => all.filter((_, i) => i % 2 === k);
    const { notFinite, sampling } = report;
    const half = ({ state: _, ...rest }: Sampling): Sampling => ({ ...rest, intervals: own(rest.intervals) });
    return {
      ...report,
      unit,
      values: own(report.values),
      ...(notFinite && { notFinite: notFinite.filter((i) => i % 2 === k).map((i) => i >> 1) }),
      ...(sampling && { sampling: half(sampling) }),
    };
  });
}
