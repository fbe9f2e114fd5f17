import { isPlain, METRIC_SOURCES, metricsFrom } from '../../pruning/metrics';
import { store } from '../store/store';
import { computeInfluence } from './influence';

/** A metric for each thing that is measured without sampling: it brings all the others of its kind. */
const METRICS = METRIC_SOURCES.map((source) => metricsFrom(source)[0]!).filter(isPlain);

/** Measures every one-pass metric, the gradient and leave-one-out, after recovery too, for every kind of unit; a cancelled one ends the row. */
export async function measureAll(): Promise<void> {
  const { text } = store.getState().calibration;
  for (const metric of METRICS) {
    if (store.getState().calibration.text !== text) return;
    if (!(await computeInfluence(metric))) return;
  }
}
