import { version } from '../../../package.json';
import { fileStem, reportOf } from '../store/select';
import { store } from '../store/store';
import { download } from './download';

/** Every result with its items, settings and origin, as one JSON file. */
export function saveEvaluations(): void {
  const s = store.getState();
  const results = Object.values(s.open.evaluations).map(({ report, items, masks, origin }) => ({
    ...report,
    masks: masks.map((m) => m.dropped),
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
  download(`${fileStem(s)}-benchmarks.json`, `${JSON.stringify(file, null, 1)}\n`, 'application/json');
}
