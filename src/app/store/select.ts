import type { GrowthPoint } from '../../lab/contract';
import type { PlainUnit } from '../../model/units';
import { sameMask } from '../../pruning/mask';
import { type InfluenceMetric, traitsOf } from '../../pruning/metrics';
import { type AppState, type Influence, influenceKey, type Origin, type Scored } from './state';

/** The mask in force. */
export const maskOf = (s: AppState) => s.masks.present;

/** Whether jobs can be started: a trusted adapter, with the model on it. */
export const canCompute = (s: AppState): boolean => s.machine.status === 'ready' && s.model?.loaded === true;

/** The pruned model's loss as it may be shown: never an older mask's number as if it were this one's. */
export type PrunedLoss =
  | { readonly status: 'current'; readonly scored: Scored }
  | { readonly status: 'computing' | 'failed' | 'unavailable'; readonly before?: Scored };

const cache = new WeakMap<AppState, PrunedLoss>();

export function prunedLoss(s: AppState): PrunedLoss {
  const found = cache.get(s) ?? findPrunedLoss(s);
  cache.set(s, found);
  return found;
}

function findPrunedLoss(s: AppState): PrunedLoss {
  const mask = maskOf(s);
  if (mask.dropped.length === 0 && s.full) return { status: 'current', scored: s.full };
  if (s.pruned && sameMask(s.pruned.mask, mask)) return { status: 'current', scored: s.pruned };
  if (!canCompute(s)) return { status: 'unavailable' };
  return { status: s.scoreFailure ? 'failed' : 'computing', before: s.pruned };
}

/** What was measured for one metric and kind of unit, where it was. */
export const influenceOf = (s: AppState, metric: InfluenceMetric, unit: PlainUnit): Influence | undefined =>
  s.influence[influenceKey(metric, unit)];

/**
 * The values to plot. Leave-one-out is told as the loss a unit's absence adds: its loss alone would start every bar at
 * the full model's.
 */
export function shownValues({ report }: Influence): number[] {
  const base = traitsOf(report.metric).base === 'full-loss' ? (report.fullLoss ?? 0) : 0;
  return report.values.map((v) => v - base);
}

/** The moment of training that the tower shows, where it fits the open model. */
export function momentOf({ moment, growth, model }: AppState): GrowthPoint | undefined {
  const point = moment && growth[moment.metric]?.report.points[moment.point];
  return point?.attn.length === model?.report.blocks ? point : undefined;
}

/** "SwiftShader, software" or "nvidia ampere". */
export function adapterName(adapter: { vendor: string; architecture: string; description: string }): string {
  const words = [adapter.vendor, adapter.architecture].filter(Boolean).join(' ');
  return words || adapter.description || 'unnamed adapter';
}

/** An adapter without its driver's versions. */
const brief = (adapter: string) => adapter.split(/[:(]/)[0]!.trim();

/** "Shipped with Lopper (mesa llvmpipe)", "Computed here on google swiftshader". */
export const originWords = ({ kind, adapter }: Origin): string =>
  kind === 'here' ? `Computed here on ${brief(adapter)}` : `${ORIGINS[kind]} (${brief(adapter)})`;
const ORIGINS = { shipped: 'Shipped with Lopper', file: 'Read from a file' } as const;

/** "Sapling", or a model's id, with its revision where it has one. */
export function modelName({ model }: AppState): string {
  if (!model) return 'no model';
  if (model.source.kind === 'bundled') return 'Sapling';
  return model.source.kind === 'hub' ? `${model.report.id}@${model.source.revision}` : model.report.id;
}

/** The beginning of an exported file's name: the model's id as file systems take it. */
export const fileStem = ({ model }: AppState): string =>
  (model?.report.id ?? 'model').replace(/[^\w.-]+/g, '-').toLowerCase();
