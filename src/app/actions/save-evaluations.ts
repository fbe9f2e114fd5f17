import { version } from '../../../package.json';
import { fileStem, reportOf } from '../store/select';
import type { AppState } from '../store/state';
import { store } from '../store/store';
import { download } from './download';

/** Saves every result with its items, settings and origin as one JSON file. */
export function saveEvaluations(): void {
  const s = store.getState();
  download(`${fileStem(s)}-benchmarks.json`, evaluationsText(s), 'application/json');
}

/** The text of that file. */
export function evaluationsText(s: AppState): string {
  const results = Object.values(s.open.evaluations).map(({ report, items, masks, origin, recovered }) => ({
    ...report,
    masks: masks.map((m) => m.dropped),
    ...(recovered && { recovered: { name: recovered.name, strength: recovered.strength } }),
    items,
    origin,
  }));
  const { id, revision, fingerprint, dtype } = reportOf(s)!;
  const file = {
    format: 'lopper-evaluations',
    version: 1,
    model: { id, revision, weights_sha256: fingerprint, dtype },
    settings: s.bench,
    results,
    made_by: { lopper: version },
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}
