import type { GrowthPoint, InfluenceMetric } from '../../lab/contract';
import type { PlainUnit } from '../../model/units';
import { PRECISION_NAMES } from '../words/precision';
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

/** "Sapling", or a model's id, with its revision where it has one; and what its weights were made of, if they were. */
export function modelName({ open: { model } }: AppState): string {
  if (!model) return 'no model';
  const { precision } = model.report;
  return precision ? `${publishedName(model)} in ${PRECISION_NAMES[precision]}` : publishedName(model);
}

function publishedName({ source, report }: NonNullable<AppState['open']['model']>): string {
  if (source.kind === 'bundled') return 'Sapling';
  return source.kind === 'hub' ? `${report.id}@${source.revision}` : report.id;
}

/** The beginning of an exported file's name: the model's id as file systems take it. */
export const fileStem = (s: AppState): string => (reportOf(s)?.id ?? 'model').replace(/[^\w.-]+/g, '-').toLowerCase();
