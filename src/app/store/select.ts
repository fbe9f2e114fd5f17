import type { GrowthPoint, InfluenceMetric } from '../../lab/contract';
import type { PlainUnit } from '../../model/units';
import { type Influence, influenceIn } from './influence';
import type { AppState } from './state';

/** The open model's facts. */
export const reportOf = ({ open }: AppState) => open.model?.report;

/** The mask in force. */
export const maskOf = ({ open }: AppState) => open.masks.present;

/** Whether jobs can be started: a trusted adapter, with the model on it. */
export const canCompute = ({ machine, open }: AppState): boolean =>
  machine.status === 'ready' && open.model?.loaded === true;

/** What was measured for one metric and kind of unit, where it was. */
export const influenceOf = ({ open }: AppState, metric: InfluenceMetric, unit: PlainUnit): Influence | undefined =>
  influenceIn(open.influence, metric, unit);

/** The moment of training that the tower shows, where it fits the open model. */
export function momentOf({ open: { moment, growth, model } }: AppState): GrowthPoint | undefined {
  const point = moment && growth[moment.metric]?.report.points[moment.point];
  return point?.attn.length === model?.report.blocks ? point : undefined;
}

/** "Sapling", or a model's id, with its revision where it has one. */
export function modelName({ open: { model } }: AppState): string {
  if (!model) return 'no model';
  if (model.source.kind === 'bundled') return 'Sapling';
  return model.source.kind === 'hub' ? `${model.report.id}@${model.source.revision}` : model.report.id;
}

/** The beginning of an exported file's name: the model's id as file systems take it. */
export const fileStem = (s: AppState): string => (reportOf(s)?.id ?? 'model').replace(/[^\w.-]+/g, '-').toLowerCase();
