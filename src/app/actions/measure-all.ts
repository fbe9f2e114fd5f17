import { isLeaveOneOut, isStatic, METRIC_NAMES, type PlainMetric } from '../../pruning/metrics';
import { store } from '../store/store';
import { computeInfluence } from './influence';

/** A metric for each thing that is measured without sampling: it brings all the others of its kind. */
const METRICS = [isStatic, isLeaveOneOut].map((kind) => METRIC_NAMES.filter(kind)[0]!) as PlainMetric[];

/** Measures every one-pass metric and leave-one-out, for every kind of unit; a cancelled one ends the row. */
export async function measureAll(): Promise<void> {
  const { text } = store.getState().calibration;
  for (const metric of METRICS) {
    if (store.getState().calibration.text !== text) return;
    if (!(await computeInfluence(metric))) return;
  }
}
