import { store } from '../store/store';
import { computeInfluence } from './influence';

/** The metrics that need no sampling. The first brings all that one pass gives. */
const METRICS = ['cosine', 'loo-loss', 'loo-logit'] as const;

/** Measures every one-pass metric and leave-one-out, for every kind of unit; a cancelled one ends the row. */
export async function measureAll(): Promise<void> {
  const { model, calibration } = store.getState();
  for (const metric of METRICS) {
    const now = store.getState();
    if (now.model?.report !== model?.report || now.calibration.text !== calibration.text) return;
    if (!(await computeInfluence(metric))) return;
  }
}
