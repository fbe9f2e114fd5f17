import { version } from '../../../package.json';
import type { Calibration } from '../../lab/contract';
import { type Result, readResultFile, resultFile } from '../../lab/result-file';
import { curveName } from '../curves/curve-words';
import { fileStem } from '../store/select';
import { type Curve, influenceKey, type Origin } from '../store/state';
import { notify, notifyFailure, store } from '../store/store';
import { addCurve } from './curves';
import { download } from './download';
import { toFailure } from './failure';
import { toShown } from './influence';

/** Saves a result as Lopper's JSON file, to be opened again here or gone on with on the command line. */
export async function saveResult(
  name: string,
  result: Result,
  from: { readonly text: string; readonly origin: Origin; readonly calibration?: Calibration },
): Promise<void> {
  const s = store.getState();
  if (!s.model) return;
  const { report } = s.model;
  try {
    const file = resultFile(result, report, {
      text: { source: from.text, ...(await hashOf(from.calibration)) },
      madeBy: { lopper: version, adapter: from.origin.adapter, dtype: report.dtype },
    });
    download(`${fileStem(s)}-${name}.json`, `${JSON.stringify(file, null, 2)}\n`, 'application/json');
  } catch (error) {
    notifyFailure('The result could not be saved', toFailure(error));
  }
}

export const saveCurve = ({ report, request, ...from }: Curve): Promise<void> =>
  saveResult(`${report.unit}-${report.metric ?? report.strategy}-curve`, { kind: 'curve', report, request }, from);

/** Opens a result that was saved here or printed by the command line; a file that is none for this model changes nothing. */
export async function openResult(file: File): Promise<void> {
  const { model, calibration } = store.getState();
  if (!model) return;
  try {
    const { origin: from, ...result } = readResultFile(await file.text(), model.report);
    const origin: Origin = { kind: 'file', adapter: from.madeBy.adapter };
    const text = from.text.source;
    switch (result.kind) {
      case 'curve': {
        const { report } = result;
        const { strategy, metric, unit, seed, benchmark } = report;
        const request = result.request ?? { strategy, metric, unit, seed, benchmark };
        notify(`Opened ${curveName(addCurve({ request, report, origin, text }))}`);
        store.setState({ workbench: 'curves' });
        break;
      }
      case 'norms':
        store.setState({ norms: { report: result.report, origin, text }, workbench: 'norms' });
        break;
      case 'influence': {
        const { report } = result;
        const key = influenceKey(report.metric, report.unit);
        store.setState((s) => ({
          influence: { ...s.influence, ...toShown(report, { origin, text }) },
          ...(report.sampling && { sampled: { ...s.sampled, [key]: { report, origin, calibration } } }),
        }));
        notify(`Opened ${file.name}`, `It is shown as ${report.metric} of ${report.unit}, measured on ${text}.`);
      }
    }
  } catch (error) {
    notifyFailure(`${file.name} was not opened`, toFailure(error));
  }
}

/** Whether a JSON file is a result, and no mask. */
export const isResult = (text: string): boolean => /"format"\s*:\s*"lopper-result"/.test(text.slice(0, 2000));

async function hashOf(calibration: Calibration | undefined): Promise<{ sha256?: string }> {
  if (!calibration || !('text' in calibration)) return {};
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(calibration.text));
  return { sha256: [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}
