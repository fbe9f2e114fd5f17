import { version } from '../../../package.json';
import { sha256Of } from '../../formats/sha256';
import type { Calibration, InfluenceReport } from '../../lab/contract';
import { type Result, readResultFile, resultFile } from '../../lab/files/result-file';
import { MOST_RESULT_BYTES } from '../../lab/files/result-kinds';
import { readScores } from '../../lab/files/scores-file';
import { maskFromSublayers } from '../../pruning/mask';
import type { Evaluation } from '../store/benchmarks';
import type { Curve } from '../store/curves';
import { go } from '../store/go';
import type { Measured, Origin } from '../store/measured';
import { calibrationOf } from '../store/measuring';
import { notify, notifyFailure } from '../store/notify';
import { fileStem, reportOf } from '../store/select';
import { changeOpen, store } from '../store/store';
import { curveName } from '../words/curve-names';
import { METRIC_WORDS } from '../words/metrics';
import { addCurve } from './curves';
import { download } from './download';
import { toFailure } from './failure';
import { openGrowth } from './growth';
import { showInfluence } from './influence';
import { importMask } from './mask-files';
import { titleOf } from './offered';

/** A result as the text of Lopper's JSON file, to be opened again here or gone on with on the command line. */
export async function resultText(result: Result, from: Omit<Measured<unknown>, 'report'>): Promise<string> {
  const report = reportOf(store.getState())!;
  const file = resultFile(result, report, {
    text: { source: from.text, ...(await hashOf(from.calibration)) },
    madeBy: { lopper: version, adapter: from.origin.adapter, dtype: report.dtype },
  });
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Saves such a file. */
export async function saveResult(name: string, result: Result, from: Omit<Measured<unknown>, 'report'>): Promise<void> {
  const s = store.getState();
  if (!s.open.model) return;
  try {
    download(`${fileStem(s)}-${name}.json`, await resultText(result, from), 'application/json');
  } catch (error) {
    notifyFailure('The result could not be saved', toFailure(error));
  }
}

export const curveText = ({ report, request, ...from }: Curve): Promise<string> =>
  resultText({ kind: 'curve', report, request }, from);

export const saveCurve = ({ report, request, ...from }: Curve): Promise<void> =>
  saveResult(`${report.unit}-${report.metric ?? report.strategy}-curve`, { kind: 'curve', report, request }, from);

export const saveRun = ({ report, ...from }: Measured<InfluenceReport>): Promise<void> =>
  saveResult(`${report.metric}-${report.unit}`, { kind: 'influence', report }, from);

/** Opens a mask or a result, whichever a JSON file is; of several files the parts of a result. */
export async function importFile(file: File, ...others: readonly File[]): Promise<void> {
  // One character more than is read is enough to say that it is too long.
  const text = await file.slice(0, MOST_RESULT_BYTES + 1).text();
  const begin = text.slice(0, 2000);
  if (others.length > 0 || /"format"\s*:\s*"lopper-part"/.test(begin)) {
    // What puts parts together is fetched when there are some.
    const { openParts } = await import('./open-parts');
    await openParts([file, ...others], openResult).catch((error) =>
      notifyFailure(`${others.length > 0 ? 'The files were' : `${file.name} was`} not opened`, toFailure(error)),
    );
  } else if (/"kind"\s*:\s*"growth"/.test(begin)) openSeries(file.name, text);
  else if (/"format"\s*:\s*"lopper-result"/.test(begin)) await openResult(file);
  else if (/"format"\s*:\s*"lopper-evaluations"/.test(begin)) openScores(file.name, text);
  else importMask(file.name, text);
}

/** Opens a result that was saved here or printed by the command line; a file that is none for this model changes nothing. */
export async function openResult(file: File): Promise<void> {
  const s = store.getState();
  const { model } = s.open;
  if (!model) return;
  try {
    const { origin: from, ...result } = readResultFile(await file.text(), model.report);
    const origin: Origin = { kind: 'file', adapter: from.madeBy.adapter, version: from.madeBy.lopper };
    const text = from.text.source;
    const here = calibrationOf(s);
    const { sha256 } = await hashOf(here);
    // Another may have been opened while it was read.
    if (store.getState().open.model !== model) return;
    const same = sha256 !== undefined && sha256 === from.text.sha256;
    switch (result.kind) {
      case 'curve': {
        const { report } = result;
        const { strategy, metric, unit, seed, benchmark } = report;
        const request = result.request ?? { strategy, metric, unit, seed, benchmark };
        // The same text in other windows is other tokens.
        const tokens = report.tokens + (report.judged?.on === 'odd windows' ? report.judged.chosenOn : 0);
        const at = same && tokens === s.calibration.tokens ? { calibration: here } : {};
        notify(`Opened ${curveName(addCurve({ request, report, origin, text, ...at }))}`);
        go({ view: 'curves' });
        break;
      }
      case 'plan':
        changeOpen({ plan: { report: result.report, origin, text, ...(same && { calibration: here }) } });
        go({ view: 'find' });
        break;
      case 'norms':
        changeOpen({ norms: { report: result.report, origin, text } });
        go({ view: 'stream' });
        break;
      case 'influence': {
        show({ report: result.report, origin, text, ...(same && { calibration: here }) });
        go({ view: 'one' });
        notify(`Opened ${file.name}`, `${METRIC_WORDS[result.report.metric].name}, measured on ${text}.`);
      }
    }
  } catch (error) {
    notifyFailure(`${file.name} was not opened`, toFailure(error));
  }
}

/** Opens a series of checkpoints. */
function openSeries(name: string, text: string): void {
  try {
    openGrowth(name, text);
    go({ view: 'training' });
  } catch (error) {
    notifyFailure(`${name} was not opened`, toFailure(error));
  }
}

/** Opens the answers that were saved here, in the place of those to the same tasks. */
function openScores(name: string, text: string): void {
  const { model } = store.getState().open;
  if (!model) return;
  try {
    const { blocks } = model.report;
    const read = readScores(text, name, model.report).map(({ report, masks, items, adapter, version }): Evaluation => {
      const origin: Origin = { kind: 'file', adapter, version };
      return { report, items, origin, text: report.task, masks: masks.map((m) => maskFromSublayers(blocks, m)) };
    });
    changeOpen(({ evaluations }) => ({
      evaluations: { ...evaluations, ...Object.fromEntries(read.map((one) => [one.report.task, one])) },
    }));
    go({ view: 'tasks' });
    notify(`Opened ${name}`, `Answers to ${read.map(({ report }) => titleOf(report.task)).join(', ')}.`);
  } catch (error) {
    notifyFailure(`${name} was not opened`, toFailure(error));
  }
}

/** Shows a report in the Influence panel; a sampled one is set up to be gone on with. */
function show(measured: Measured<InfluenceReport>): void {
  const { metric, unit, sampling, denominator } = measured.report;
  showInfluence(measured);
  store.setState((now) => ({
    metric,
    ...(denominator && { denominator }),
    ...(sampling && {
      sampling: {
        ...now.sampling,
        unit,
        seed: sampling.seed,
        exact: sampling.method === 'exact',
        task: sampling.task?.task ?? now.sampling.task,
        items: sampling.task?.limit ?? now.sampling.items,
        itemSeed: sampling.task ? sampling.task.seed : now.sampling.itemSeed,
      },
    }),
  }));
}

/** Of the text, as it was read; a benchmark's items have none. */
async function hashOf(calibration: Calibration | undefined): Promise<{ sha256?: string }> {
  if (!calibration || !('text' in calibration)) return {};
  return { sha256: await sha256Of(calibration.text) };
}
