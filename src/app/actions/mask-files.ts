import { version } from '../../../package.json';
import { sameMask } from '../../pruning/mask';
import { type MaskNotes, writeMaskFile } from '../../pruning/mask-file';
import type { InfluenceMetric } from '../../pruning/metrics';
import { readMask } from '../../pruning/read-mask';
import { shownValues } from '../store/influence';
import { setMask } from '../store/masks';
import { notify, notifyFailure } from '../store/notify';
import { fileStem, influenceOf, maskOf } from '../store/select';
import { store } from '../store/store';
import { download } from './download';
import { toFailure } from './failure';

/** Saves the mask as Lopper's JSON file, with what is known of its cost. */
export function exportMask(): void {
  const s = store.getState();
  if (!s.open.model) return;
  try {
    const text = writeMaskFile(maskOf(s), s.open.model.report, notes());
    download(`${fileStem(s)}-mask.json`, text, 'application/json');
  } catch (error) {
    notifyFailure('The mask could not be exported', toFailure(error));
  }
}

/** Puts the mask of a file in force; a file that is no mask for this model changes nothing. */
export function importMask(name: string, text: string): void {
  const { model } = store.getState().open;
  if (!model) return;
  try {
    const { mask, warnings } = readMask(text, model.report);
    setMask(mask);
    notify(`Mask loaded from ${name}`, warnings.join(' ') || undefined);
  } catch (error) {
    notifyFailure(`${name} was not loaded`, toFailure(error));
  }
}

function notes(): MaskNotes {
  const s = store.getState();
  const [attn, ffn] = (['attn', 'ffn'] as const).map((unit) => influenceOf(s, s.metric, unit));
  const { calibration, machine } = s;
  const { model, full } = s.open;
  const evaluations = Object.values(s.open.evaluations).flatMap(({ report, masks }) => {
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
  return {
    ...(attn && ffn && scoresOf(s.metric, shownValues(attn), shownValues(ffn))),
    ...(full && {
      calibration: {
        source: calibration.source,
        sequences: calibration.windows ?? Math.ceil(full.tokens / calibration.seqLen),
        tokens: full.tokens,
      },
    }),
    ...(evaluations.length > 0 && { evaluations }),
    ...(machine.status === 'ready' &&
      model && {
        made_by: { lopper: version, adapter: machine.adapter.description, dtype: model.report.dtype },
      }),
  };
}

/** A mask file holds numbers only: a measure of which one is not finite stays out of it. */
const scoresOf = (metric: InfluenceMetric, attn: number[], ffn: number[]): Pick<MaskNotes, 'scores'> =>
  [...attn, ...ffn].every(Number.isFinite) ? { scores: { metric, unit: 'sublayer', attn, ffn } } : {};
