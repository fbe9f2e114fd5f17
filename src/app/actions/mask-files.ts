import { version } from '../../../package.json';
import { fittingReadings, foreignReadings, readMask } from '../../exports/read-mask';
import { sha256Of } from '../../formats/sha256';
import { type Mask, sameMask } from '../../pruning/mask';
import { type MaskNotes, writeMaskFile } from '../../pruning/mask-file';
import type { InfluenceMetric } from '../../pruning/metrics';
import { windowsIn } from '../../pruning/paired-loss';
import { writeEntries } from '../../recovery/entries';
import { shownValues } from '../store/influence';
import { adapterName } from '../store/machine';
import { setMask } from '../store/masks';
import { notify, notifyFailure } from '../store/notify';
import { modulesOf } from '../store/recovery';
import { fileStem, influenceOf, maskOf, reportOf } from '../store/select';
import { triedIn } from '../store/shelf';
import type { AppState } from '../store/state';
import { store } from '../store/store';
import { thirdOf } from '../store/third';
import { verdictOf } from '../store/verdict';
import { download } from './download';
import { toFailure } from './failure';
import { takeRecovery } from './recovery';

/** Saves the mask as Lopper's JSON file, with what is known of its cost. */
export async function exportMask(): Promise<void> {
  const s = store.getState();
  if (!s.open.model) return;
  try {
    download(maskFileName(s), await maskText(s), 'application/json');
  } catch (error) {
    notifyFailure('The mask could not be exported', toFailure(error));
  }
}

export const maskFileName = (s: AppState): string => `${fileStem(s)}-mask.json`;

/** The file of the mask in force; '' without a model. Throws `mask-invalid`. */
export async function maskText(s: AppState): Promise<string> {
  const report = reportOf(s);
  return report ? writeMaskFile(maskOf(s), report, await notes(s)) : '';
}

/**
 * Puts the mask of a file in force, of Lopper or of another tool; where it may mean several, a person is asked which. A file that
 * is no mask for this model changes nothing.
 */
export function importMask(name: string, text: string): void {
  const { model } = store.getState().open;
  if (!model) return;
  try {
    const foreign = foreignReadings(text, model.report.blocks);
    if (foreign) {
      const readings = fittingReadings(foreign).map(({ reading, mask }) => ({ what: reading.what, mask }));
      if (readings.length > 1) store.setState({ question: { file: name, readings }, dialog: 'reading' });
      else takeReading(name, readings[0]!);
      return;
    }
    const { mask, modules, method = '', warnings } = readMask(text, model.report);
    setMask(mask);
    notify(`Mask loaded from ${name}`, warnings.join(' ') || undefined);
    if (modules.length > 0) void takeRecovery(mask, modules, method);
  } catch (error) {
    notifyFailure(`${name} was not loaded`, toFailure(error));
  }
}

/** Puts one reading of a file in force. */
export function takeReading(name: string, { what, mask }: { readonly what: string; readonly mask: Mask }): void {
  setMask(mask);
  store.setState({ question: undefined, dialog: undefined });
  notify(`Mask loaded from ${name}`, `Taken for ${what}.`);
}

/** What is known of the mask in force, beside what it drops. */
export async function notes(s: AppState): Promise<MaskNotes> {
  const [attn, ffn] = (['attn', 'ffn'] as const).map((unit) => influenceOf(s, s.metric, unit));
  const { mask, full, pruned, saved } = verdictOf(s);
  const evaluations = evaluationsOf(s);
  const third = thirdOf(s);
  const how = triedIn(s.open.shelf, mask)?.chosen;
  const { machine } = s;
  const adapter = machine.status === 'ready' ? adapterName(machine.adapter) : (full?.origin.adapter ?? 'none');
  return {
    ...(how && { strategy: { name: how.strategy, unit: how.unit, metric: how.metric, seed: how.seed } }),
    ...(full && pruned && lossOf(s)),
    ...(saved && {
      savings: {
        parameters: saved.parameters,
        parameter_fraction: saved.parameterFraction,
        kv_bytes_per_token: saved.kvBytesPerToken,
        kv_fraction: saved.kvFraction,
      },
    }),
    ...(attn && ffn && scoresOf(s.metric, shownValues(attn), shownValues(ffn))),
    ...(full && (await textOf(s))),
    ...(third && { recovery: writeEntries(modulesOf(third), third.measured?.report.method ?? third.name) }),
    ...(evaluations.length > 0 && { evaluations }),
    made_by: { lopper: version, adapter, dtype: reportOf(s)!.dtype },
  };
}

const MEASURED = { here: 'here', shipped: 'beforehand', file: 'elsewhere' } as const;

/** A file holds numbers only: a loss that is not finite stays out of it. */
function lossOf(s: AppState): Pick<MaskNotes, 'loss'> {
  const { full, pruned, change, interval } = verdictOf(s);
  const added = change ?? pruned!.loss - full!.loss;
  if (!Number.isFinite(added)) return {};
  const { kind, adapter } = pruned!.origin;
  return {
    loss: {
      ...{ full: full!.loss, pruned: pruned!.loss, added },
      ...(interval?.every(Number.isFinite) && { ci95: [interval[0], interval[1]] }),
      ...{ measured: MEASURED[kind], adapter },
    },
  };
}

/** What the losses are of. Of those that ship only the name is known here. */
async function textOf(s: AppState): Promise<Pick<MaskNotes, 'calibration'>> {
  const { calibration } = s;
  const { tokens, parts, origin, text } = s.open.full!;
  const sequences = parts ? windowsIn(parts) : (calibration.windows ?? Math.ceil(tokens / calibration.seqLen));
  const known = origin.kind === 'here' && !calibration.task;
  return {
    calibration: {
      ...{ source: verdictOf(s).pruned?.text ?? text ?? calibration.source, sequences, tokens },
      ...(known && { sha256: await sha256Of(calibration.text) }),
    },
  };
}

/** What the mask in force scored, beside the full model. */
function evaluationsOf(s: AppState): MaskNotes['evaluations'] & object {
  return Object.values(s.open.evaluations).flatMap(({ report, masks }) => {
    const [before, after] = report.results;
    if (!before || !after || !report.difference || !masks[1] || !sameMask(masks[1], maskOf(s))) return [];
    return [
      {
        task: report.task,
        shots: report.shots,
        n: after.n,
        metric: report.metric,
        full: before.accuracy,
        pruned: after.accuracy,
        ci95: [...report.difference.interval] as [number, number],
      },
    ];
  });
}

/** A mask file holds numbers only: a measure of which one is not finite stays out of it. */
const scoresOf = (metric: InfluenceMetric, attn: number[], ffn: number[]): Pick<MaskNotes, 'scores'> =>
  [...attn, ...ffn].every(Number.isFinite) ? { scores: { metric, unit: 'sublayer', attn, ffn } } : {};
