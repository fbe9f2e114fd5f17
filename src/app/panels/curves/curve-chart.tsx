import { type KeyboardEvent, memo, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { ModelReport } from '../../../lab/contract';
import { strategyTraits } from '../../../pruning/strategies';
import { ChartTip } from '../../charts/chart-tip';
import { type Axis, Plot, type PlotArea } from '../../charts/plot';
import { linearScale, logScale, tickWriter } from '../../charts/plot-scale';
import { useReading } from '../../charts/use-reading';
import { useWidth } from '../../charts/use-width';
import type { Curve } from '../../store/curves';
import { highlight } from '../../store/notify';
import { type Spot, spotsOf, type XAxis, type YAxis } from './axes';
import { X_AXES, Y_AXES } from './axis-words';
import type { BandKind } from './band';
import type { ClaimedPoint } from './claimed';
import css from './curve-chart.module.css';
import { CurveLabels, labelRoom } from './curve-labels';
import { CurveLine } from './curve-line';
import { PointTip } from './point-tip';
import type { PresentPoint } from './present';
import { PresentMark } from './present-mark';
import { heightOf, nearestSpot, type Place, type Series, step } from './series';

interface Props {
  readonly curves: readonly Curve[];
  readonly model: ModelReport;
  readonly x: XAxis;
  readonly y: YAxis;
  readonly log: boolean;
  readonly band: BandKind;
  /** Of right answers by chance, for accuracies. */
  readonly chance?: number;
  readonly present?: PresentPoint;
  /** Points that a claim is about: ringed, and other curves faint. */
  readonly claimed?: readonly ClaimedPoint[];
  /** Puts a point's mask into the tower. */
  onApply(curve: Curve, spot: Spot): void;
}

/** From this width, in CSS pixels, curves are named at their ends. */
const WIDE = 560;
const MOST_TICKS = 8;

/** Several curves over one another. Hovering or walking with the arrow keys reads a point; click and Enter apply it. */
export const CurveChart = memo(function CurveChart(props: Props) {
  const { curves, model, x, y, log, band, chance, present, claimed = [], onApply } = props;
  const box = useRef<HTMLDivElement>(null);
  const area = useRef<PlotArea>(undefined);
  const width = useWidth(box);
  const [at, setAt] = useState<Place>();

  const series = useMemo<Series[]>(
    () =>
      // Random ones first, so that they lie behind.
      [...curves]
        .sort((a, b) => Number(isDrawn(b)) - Number(isDrawn(a)))
        .map((curve) => ({ curve, spots: spotsOf(curve, model, x, y, band) })),
    [curves, model, x, y, band],
  );
  const { xAxis, yAxis } = useMemo(
    () => ({ xAxis: axisOfX(series, x, present), yAxis: axisOfY(series, y, log, chance, present) }),
    [series, x, y, log, chance, present],
  );

  const isAside = (curve: Curve) => claimed.length > 0 && !claimed.some((c) => c.curve === curve);
  const rings = series.flatMap(({ curve, spots }) =>
    spots.filter(({ point }) => claimed.some((c) => c.curve === curve && c.point === point)),
  );
  const spotAt = (place: Place | undefined) => place && series[place.curve]?.spots[place.index];
  const show = (place: Place | undefined) => {
    if (same(place, at)) return;
    setAt(place);
    highlight(spotAt(place)?.point.dropped);
  };
  const nearest = (e: PointerEvent): Place | undefined => {
    if (!area.current || !box.current) return undefined;
    const frame = box.current.getBoundingClientRect();
    return nearestSpot(series, area.current, e.clientX - frame.left, e.clientY - frame.top);
  };
  const apply = (place: Place) => {
    const spot = spotAt(place);
    if (spot) onApply(series[place.curve]!.curve, spot);
  };
  const reading = useReading({ at, under: nearest, same, show, apply });
  const walk = (e: KeyboardEvent) => {
    const place = at ?? { curve: series.length - 1, index: 0 };
    const next = step(series, place, e.key);
    if (e.key === 'Enter' || e.key === ' ') {
      if (at) apply(at);
    } else if (next) show(at ? next : place);
    else return;
    e.preventDefault();
  };

  const spot = spotAt(at);
  const place = spot && area.current && { x: area.current.x(spot.x), y: heightOf(area.current, spot) };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart that is walked point by point has no element of its own.
    <div
      ref={box}
      className={css.box}
      role="group"
      aria-roledescription="chart"
      aria-label={`${Y_AXES[y].name} against ${X_AXES[x].name}; arrow keys walk the points, Enter drops what a point drops`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked by keyboard.
      tabIndex={0}
      onKeyDown={walk}
      {...reading}
      data-pointing={spot !== undefined || undefined}
    >
      <Plot height={width > WIDE ? 380 : 300} x={xAxis} y={yAxis} endRoom={width > WIDE ? labelRoom(series) : 14}>
        {(own) => {
          area.current = own;
          return (
            <>
              {chance !== undefined && y === 'accuracy' && (
                <g className={css.chance}>
                  <line x1={own.left} x2={own.right} y1={own.y(chance)} y2={own.y(chance)} />
                  <text x={own.left + 6} y={own.y(chance) - 6}>
                    chance
                  </text>
                </g>
              )}
              {series.map(({ curve, spots }) => (
                <CurveLine key={curve.id} curve={curve} spots={spots} area={own} aside={isAside(curve)} />
              ))}
              {rings.map((s) => (
                <circle
                  key={`${s.x} ${s.y}`}
                  className={css.claimed}
                  cx={own.x(s.x)}
                  cy={heightOf(own, s)}
                  r={9}
                  data-testid="claimed"
                />
              ))}
              {width > WIDE && <CurveLabels series={series} area={own} isAside={isAside} />}
              {present && <PresentMark present={present} area={own} />}
              {place && <circle className={css.ring} cx={place.x} cy={place.y} r={8} />}
            </>
          );
        }}
      </Plot>
      {place && at && (
        <ChartTip x={place.x} y={place.y} width={width}>
          <PointTip curve={series[at.curve]!.curve} spot={spot} model={model} />
        </ChartTip>
      )}
      <p className="visually-hidden" aria-live="polite">
        {spot && at && <PointTip curve={series[at.curve]!.curve} spot={spot} model={model} />}
      </p>
    </div>
  );
});

function axisOfX(series: readonly Series[], x: XAxis, present: PresentPoint | undefined): Axis {
  const values = series.flatMap(({ spots }) => spots.map((s) => s.x));
  if (present) values.push(present.x);
  const { label, write } = X_AXES[x];
  // Of units there are no halves.
  const steps = x === 'units' ? Math.min(MOST_TICKS, Math.max(...values, 0) + 1) : MOST_TICKS;
  const scale = linearScale(values, { zero: true, steps });
  return { scale, label, write: write ?? tickWriter(scale) };
}

function axisOfY(
  series: readonly Series[],
  y: YAxis,
  log: boolean,
  chance: number | undefined,
  present: PresentPoint | undefined,
): Axis {
  const values = series.flatMap(({ spots }) =>
    spots.flatMap((s) => [s.y ?? Number.NaN, s.recovered ?? Number.NaN, ...(s.band ?? [])]),
  );
  if (present) values.push(present.y);
  if (y === 'accuracy' && chance !== undefined) values.push(chance);
  const { label, write } = Y_AXES[y];
  const scale = log ? logScale(values) : linearScale(values);
  return { scale, label: log ? `${label}, logarithmic` : label, write: write ?? tickWriter(scale) };
}

const isDrawn = ({ report }: Curve) => strategyTraits(report.strategy).drawn === true;

const same = (a: Place | undefined, b: Place | undefined) => a?.curve === b?.curve && a?.index === b?.index;
