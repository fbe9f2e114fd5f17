import { type MouseEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import type { GrowthMetric, GrowthPoint, GrowthReport } from '../../../lab/contract';
import { type PlainUnit, sublayersOf } from '../../../model/units';
import { ChartTip } from '../../charts/chart-tip';
import { linePath, Plot, type PlotArea } from '../../charts/plot';
import { spread } from '../../charts/spread';
import { useWidth } from '../../charts/use-width';
import { highlight } from '../../store/notify';
import { short, upperFirst } from '../../words/format';
import { unitName } from '../../words/units';
import { AccuracyPlot } from './accuracy-plot';
import css from './growth.module.css';
import { blockLine, checkpointAxis, influenceAxis } from './growth-axis';

interface Props {
  readonly points: readonly GrowthPoint[];
  readonly metric: GrowthMetric;
  readonly unit: PlainUnit;
  readonly log: boolean;
  /** The benchmark whose accuracy is drawn below. */
  readonly task: GrowthReport['task'];
  /** The point that the tower shows. */
  readonly at: number | undefined;
  onPick(point: number): void;
}

const HEIGHT = 330;
/** What is left of the plot and right of it, alike for both charts, so that one axis serves them. */
const START_ROOM = 66;
const END_ROOM = 44;

/** A line for each block over training, named at its end, and accuracy below on the same axis. */
export const GrowthChart = memo(function GrowthChart({ points, metric, unit, log, task, at, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const area = useRef<PlotArea>(undefined);
  const width = useWidth(box);
  const [pointed, setUnder] = useState<{ readonly block: number; readonly point: number }>();
  const lines = useMemo(() => points[0]![unit].map((_, block) => points.map((p) => p[unit][block]!)), [points, unit]);
  // The pointer may rest where a series that is measured anew has no points yet.
  const under = pointed && lines[pointed.block]?.[pointed.point] !== undefined ? pointed : undefined;
  const x = useMemo(() => checkpointAxis(points, width - START_ROOM - END_ROOM), [points, width]);
  const y = useMemo(() => influenceAxis(metric, lines.flat(), log), [metric, lines, log]);
  useEffect(() => () => highlight(undefined), []);

  const show = (next: typeof under) => {
    if (next?.block === under?.block && next?.point === under?.point) return;
    setUnder(next);
    highlight(next && sublayersOf(unit, next.block));
  };
  const nearest = (e: MouseEvent): typeof under => {
    if (!area.current || !box.current) return undefined;
    const frame = box.current.getBoundingClientRect();
    const own = area.current;
    const point = closest(points.keys(), (i) => Math.abs(own.x(i) - (e.clientX - frame.left)));
    const block = closest(lines.keys(), (b) => Math.abs(own.y(lines[b]![point]!) - (e.clientY - frame.top)));
    return { block, point };
  };
  const marked = under?.block;
  const value = under && lines[under.block]![under.point]!;
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the slider below does the same by keyboard. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: likewise. */}
      <div
        ref={box}
        className={css.lines}
        onPointerMove={(e) => e.pointerType !== 'touch' && show(nearest(e))}
        onPointerDown={(e) => show(nearest(e))}
        onPointerLeave={(e) => e.pointerType !== 'touch' && show(undefined)}
        onClick={(e) => {
          const place = nearest(e);
          if (place) onPick(place.point);
        }}
      >
        <Plot
          label="Influence of each block over training"
          height={HEIGHT}
          x={x}
          y={y}
          startRoom={START_ROOM}
          endRoom={END_ROOM}
        >
          {(own) => {
            area.current = own;
            return (
              <>
                {at !== undefined && (
                  <line className={css.now} x1={own.x(at)} x2={own.x(at)} y1={own.top} y2={own.bottom} />
                )}
                {[...lines.keys()]
                  .sort((a, b) => Number(a === marked) - Number(b === marked))
                  .map((block) => (
                    <path
                      key={block}
                      className={css.line}
                      d={linePath(lines[block]!.map((v, i) => (Number.isFinite(v) ? [own.x(i), own.y(v)] : undefined)))}
                      stroke={blockLine(unit, block, lines.length).stroke}
                      strokeDasharray={blockLine(unit, block, lines.length).dash}
                      strokeWidth={block === marked ? 3.5 : 1.9}
                      opacity={marked === undefined || block === marked ? 1 : 0.35}
                    />
                  ))}
                <Ends unit={unit} values={lines.map((line) => line.at(-1)!)} marked={marked} area={own} />
                {under && <circle className={css.ring} cx={own.x(under.point)} cy={own.y(value!)} r={5} />}
              </>
            );
          }}
        </Plot>
        {under && area.current && (
          <ChartTip x={area.current.x(under.point)} y={Math.min(area.current.y(value!), HEIGHT - 80)} width={width}>
            <strong>{upperFirst(unitName(unit, under.block))}</strong>
            <br />
            {points[under.point]!.name}: {short(value!)}
          </ChartTip>
        )}
      </div>
      {task && <AccuracyPlot points={points} task={task} at={at} x={x} startRoom={START_ROOM} endRoom={END_ROOM} />}
    </>
  );
});

const LABEL_LINE = 13;
/** From a line's end to its label. */
const LEADER = 14;

interface EndsProps {
  readonly unit: PlainUnit;
  /** Of the last point, by block. */
  readonly values: readonly number[];
  readonly marked: number | undefined;
  readonly area: PlotArea;
}

/** The blocks' numbers at the ends of their lines, moved apart where they would touch; of many blocks every second or so. */
function Ends({ unit, values, marked, area }: EndsProps) {
  const every = Math.ceil((values.length * LABEL_LINE) / (area.bottom - area.top));
  const named = [...values.keys()].filter((b) => b % every === 0 && Number.isFinite(values[b]));
  const places = spread(
    named.map((b) => area.y(values[b]!)),
    LABEL_LINE,
    area.top,
    area.bottom,
  );
  return named.map((block, i) => (
    <g key={block} opacity={marked === undefined || block === marked ? 1 : 0.35}>
      <path
        className={css.leader}
        d={linePath([
          [area.right + 2, area.y(values[block]!)],
          [area.right + LEADER, places[i]!],
        ])}
        stroke={blockLine(unit, block, values.length).stroke}
      />
      <text className={css.name} x={area.right + LEADER + 4} y={places[i]} dominantBaseline="central">
        {block}
      </text>
    </g>
  ));
}

function closest(candidates: Iterable<number>, distance: (candidate: number) => number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const candidate of candidates) {
    const d = distance(candidate);
    if (d < least) [best, least] = [candidate, d];
  }
  return best;
}
