import { LopperError } from '../../../errors';
import type { Accuracy, EvalReport, GrowthReport, InfluenceReport, ModelReport } from '../../../lab/contract';
import type { ShippedDetails, ShippedRecovery } from '../../../lab/files/shipped-file';
import { parseDropList } from '../../../pruning/drop-list';
import { type KnownMasks, knownLoss } from '../../../pruning/known-masks';
import { type Mask, maskFromSublayers, sameMask } from '../../../pruning/mask';
import { traitsOf } from '../../../pruning/metrics';
import type { Facts } from './facts';

/** What of the results that ship the lessons speak of. */
export interface Told {
  readonly model: Pick<
    ModelReport,
    'fingerprint' | 'blocks' | 'vocabulary' | 'parameters' | 'attnParameters' | 'ffnParameters'
  >;
  readonly score: { readonly loss: number; readonly tokens: number };
  readonly influence: readonly InfluenceReport[];
  /** Of the full model. */
  readonly evaluations: readonly Pick<EvalReport, 'task' | 'chance' | 'results'>[];
  /** What masks were asked besides. */
  readonly masks: readonly { readonly drop: string; readonly task: string; readonly result: Accuracy }[];
  readonly growth: readonly GrowthReport[];
  readonly recoveries: readonly ShippedRecovery[];
  /** What a mask adds to the loss, where that was measured. */
  lossAdded(mask: Mask): number | undefined;
}

/** Results that ship, as the lessons take them. */
export const toldOf = (
  results: Omit<Told, 'masks' | 'growth' | 'recoveries' | 'lossAdded'>,
  { masks, details }: { readonly masks: KnownMasks; readonly details?: ShippedDetails },
): Omit<Told, 'growth'> => ({
  ...results,
  masks: (details?.masks ?? []).flatMap(({ drop, tasks }) => tasks.map(({ task, result }) => ({ drop, task, result }))),
  recoveries: details?.recoveries ?? [],
  lossAdded: (mask) => knownLoss(masks, mask)?.added,
});

/** Facts by name. Asking for one that did not ship throws `result-missing`: a lesson without its numbers is not told. */
export function factsOf(told: Told): Facts {
  const { model, score, influence, evaluations, masks, growth, recoveries } = told;
  const maskOf = (drop: string) => maskFromSublayers(model.blocks, parseDropList(drop));
  const mended = (drop: string, source: string) => {
    const found = recoveries.find((one) => one.source === source && sameMask(maskOf(one.drop), maskOf(drop)));
    if (!found) throw missing(`what stands in for ${drop}`);
    return found;
  };
  return {
    ...{ blocks: model.blocks, vocabulary: model.vocabulary, parameters: model.parameters },
    ...{ loss: score.loss, tokens: score.tokens, fingerprint: model.fingerprint },
    size: { attn: model.attnParameters[0]!, ffn: model.ffnParameters[0]! },
    value(metric, unit, block) {
      const report = influence.find((one) => one.metric === metric && one.unit === unit);
      const value = report?.values[block];
      if (value === undefined) throw missing(`${metric} of ${unit} ${block}`);
      return value - (traitsOf(metric).base === 'full-loss' ? (report!.fullLoss ?? 0) : 0);
    },
    added(drop) {
      const mask = maskOf(drop);
      const known = mask.dropped.length === 0 ? 0 : told.lossAdded(mask);
      if (known === undefined || Number.isNaN(known)) throw missing(`the loss without ${drop}`);
      return known;
    },
    answers(task, drop) {
      const full = evaluations.find((one) => one.task === task);
      const mask = maskOf(drop);
      const result =
        drop === ''
          ? full?.results[0]
          : masks.find((one) => one.task === task && sameMask(maskOf(one.drop), mask))?.result;
      if (!full || !result) throw missing(`${task} without ${drop || 'nothing'}`);
      return { ...result, chance: full.chance ?? 0 };
    },
    mended,
    mendedAnswers(task, drop, source, by) {
      const result = mended(drop, source).by[by]?.tasks?.find((one) => one.task === task)?.result;
      const full = evaluations.find((one) => one.task === task);
      if (!full || !result) throw missing(`${task} with something in the place of ${drop}`);
      return { ...result, chance: full.chance ?? 0 };
    },
    training(metric) {
      const report = growth.find((one) => one.metric === metric);
      if (!report || report.points.length === 0) throw missing(`${metric} in training`);
      return report.points;
    },
  };
}

const missing = (what: string) =>
  new LopperError(
    'result-missing',
    `The results that ship do not say ${what}.`,
    'Reload the page; if that does not help, what is served is older than the page.',
  );
