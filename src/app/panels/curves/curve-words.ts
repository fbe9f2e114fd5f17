/** Curves in words: what goes, their summary, their table. Pure. */

import type { CurvePoint, ModelReport } from '../../../lab/contract';
import { unitsOf } from '../../../model/units';
import type { ChartTable } from '../../charts/table';
import type { Curve } from '../../store/curves';
import { curveName } from '../../words/curve-names';
import { percent, plural, signed, upperFirst } from '../../words/format';
import { recoveryName, WORSE_THAN_REMOVAL } from '../../words/recovery';
import { droppedWords } from '../../words/units';
import { xOf } from './axes';
import { bandOf } from './band';

/** A rise that is still small: a perplexity a tenth higher. */
const SMALL_RISE = 0.1;

/** How far each curve goes before the loss has risen by a tenth of a nat: the chart in a sentence or two. */
export function curvesSummary(curves: readonly Curve[], model: ModelReport): string {
  const told = curves.flatMap((curve) => {
    const { points, unit } = curve.report;
    const reach = furthest(points);
    if (!reach) return [];
    if (reach.removed === 0) return [`${curveName(curve)}: none`];
    const share = percent(xOf(curve, reach, model, 'parameters') ?? 0, 0);
    return [`${curveName(curve)}: ${reach.removed} of ${unitsOf(model.blocks, unit).length} (${share})`];
  });
  if (told.length === 0) return 'The first points are on their way.';
  return [
    `Units that can go before the loss is ${SMALL_RISE} nats higher (a perplexity 10% higher), and their share of the ` +
      `parameters: ${told.join('; ')}.`,
    ...judgedWords(curves),
    ...curves.flatMap((curve) => accuracyWords(curve) ?? []),
    ...curves.flatMap((curve) => recoveredWords(curve) ?? []),
    ...curves.flatMap((curve) => lossLost(curve) ?? []),
  ].join(' ');
}

/** On what the losses were measured, and on what the units were chosen. */
function judgedWords(curves: readonly Curve[]): string[] {
  const apart = curves.filter((c) => c.report.judged);
  if (apart.length === 0) return ['Chosen and judged on the same text, which flatters whoever searched it.'];
  const which = apart.length === curves.length ? 'Chosen' : `${upperFirst(apart.map(curveName).join('; '))}: chosen`;
  return [`${which} on one half of the text’s windows and judged on the other.`];
}

/** From the full model's accuracy to that of the last point that has one. */
function accuracyWords(curve: Curve): string | undefined {
  const asked = curve.report.points.filter((p) => p.accuracy);
  const [first, last] = [asked[0], asked.at(-1)];
  if (!first?.accuracy || !last?.accuracy || first === last) return undefined;
  const [from, to] = [percent(first.accuracy.accuracy), percent(last.accuracy.accuracy)];
  return `${upperFirst(curveName(curve))}: accuracy on ${curve.report.benchmark?.task} ${from}, ${to} without ${last.removed}.`;
}

function lossLost(curve: Curve): string | undefined {
  const bad = curve.report.points.find((p) => !Number.isFinite(p.loss));
  return bad && `${upperFirst(curveName(curve))} has no finite loss at ${plural(bad.removed, 'unit')}.`;
}

/** The last point before the first that costs more than a small rise. */
function furthest(points: readonly CurvePoint[]): CurvePoint | undefined {
  const full = points[0];
  if (!full || points.length < 2) return undefined;
  const first = points.findIndex((p) => !(p.loss - full.loss <= SMALL_RISE));
  return points[first < 0 ? points.length - 1 : first - 1];
}

/** A row for each point of each curve. */
export function curvesTable(curves: readonly Curve[], model: ModelReport): ChartTable {
  const some = (has: (p: CurvePoint) => boolean) => curves.some((c) => c.report.points.some(has));
  const [accuracy, timed, spread] = [some((p) => !!p.accuracy), some((p) => !!p.milliseconds), some((p) => !!p.draws)];
  const sure = some((p) => !!p.added);
  const mended = some((p) => !!p.recoveredAccuracy);
  const recovered = some((p) => p.recovered !== undefined || p.unrecovered !== undefined);
  const columns = [
    ...['curve', 'units dropped', 'loss', 'added loss', 'perplexity', 'parameters saved', 'KV KiB saved a token'],
    ...(sure ? ['added at least (95%)', 'added at most (95%)'] : []),
    ...(recovered ? ['recovered by', 'recovered loss', 'no recovery since'] : []),
    ...(accuracy ? ['accuracy', 'from', 'to', 'n'] : []),
    ...(mended ? ['recovered accuracy', 'recovered from', 'recovered to'] : []),
    ...(timed ? ['ms a pass'] : []),
    ...(spread ? ['least of the draws', 'greatest of the draws'] : []),
    'dropped',
  ];
  const rows = curves.flatMap((curve) =>
    curve.report.points.map((p) => {
      const range = p.draws && bandOf(p.draws, 'range');
      return [
        ...[curveName(curve), p.removed, p.loss, p.loss - curve.report.points[0]!.loss, Math.exp(p.loss)],
        ...[xOf(curve, p, model, 'parameters'), xOf(curve, p, model, 'cache')],
        ...(sure ? [p.added?.[0], p.added?.[1]] : []),
        ...(recovered ? [curve.report.recover && recoverWords(curve), p.recovered, p.unrecovered] : []),
        ...(accuracy ? [p.accuracy?.accuracy, p.accuracy?.interval[0], p.accuracy?.interval[1], p.accuracy?.n] : []),
        ...(mended
          ? [p.recoveredAccuracy?.accuracy, ...(p.recoveredAccuracy?.interval ?? [undefined, undefined])]
          : []),
        ...(timed ? [p.milliseconds] : []),
        ...(spread ? [range?.[0], range?.[1]] : []),
        droppedWords(p.dropped),
      ];
    }),
  );
  return { columns, rows };
}

/** "a mean update", "a linear map of rank 8": what stands in at every point. */
export const recoverWords = ({ report: { recover } }: Pick<Curve, 'report'>): string =>
  recover ? `a ${recoveryName(recover.method, recover.rank)}` : 'something';

/** How much of the damage is undone at the last point that has any, and where a recovery does more harm than good. */
function recoveredWords(curve: Curve): string | undefined {
  const { points } = curve.report;
  const full = points[0]!.loss;
  const told = points.filter((p) => p.removed > 0 && p.recovered !== undefined);
  const last = told.findLast((p) => p.loss > full);
  if (!last) return undefined;
  const share = percent((last.loss - last.recovered!) / (last.loss - full), 0);
  const worse = told.filter((p) => p.recovered! > p.loss).map((p) => p.removed);
  const harm = worse.length > 0 ? `; ${WORSE_THAN_REMOVAL} at ${worse.join(', ')}` : '';
  return `${upperFirst(curveName(curve))}: ${recoverWords(curve)} undoes ${share} of the damage of ${last.removed}${harm}.`;
}

/** "+0.0421" beside the full model's loss. */
export const addedLoss = (curve: Curve, point: CurvePoint): string => signed(point.loss - curve.report.points[0]!.loss);
