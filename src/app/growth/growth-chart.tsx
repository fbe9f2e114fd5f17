import type { GrowthPoint } from '../../lab/contract';
import { niceTicks, tickDecimals } from '../charts/nice-ticks';
import { fixed } from '../format';
import css from './growth.module.css';
import { axisOf, blockColour, stepTicks } from './growth-axis';

interface Props {
  readonly points: readonly GrowthPoint[];
  /** The values of a point, by block; one line each. */
  values(point: GrowthPoint): readonly number[];
  /** The point that the tower shows. */
  readonly at: number | undefined;
  readonly marked: number | undefined;
  onPick(point: number): void;
  onMark(block: number | undefined): void;
}

const WIDTH = 760;
const HEIGHT = 330;
const LEFT = 56;
const RIGHT = 40;
const TOP = 10;
const BOTTOM = 40;

/** A line for each block over training, darker for lower and lighter for higher; steps are on a logarithmic axis. */
export function GrowthChart({ points, values, at, marked, onPick, onMark }: Props) {
  const rows = points.map(values);
  const all = rows.flat().filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const axis = axisOf(points);
  const x = (i: number) => LEFT + axis.places[i]! * (WIDTH - LEFT - RIGHT);
  const y = (v: number) => TOP + (1 - (v - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM);
  const blocks = rows[0]?.length ?? 0;
  const decimals = tickDecimals(low, high);
  const nearest = (clientX: number, box: DOMRect) => {
    const wanted = ((clientX - box.left) / box.width) * WIDTH;
    return points.reduce((best, _, i) => (Math.abs(x(i) - wanted) < Math.abs(x(best) - wanted) ? i : best), 0);
  };
  const order = [...Array(blocks).keys()].sort((a, b) => Number(a === marked) - Number(b === marked));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the slider below does the same by keyboard.
    <svg
      className={css.chart}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label="Influence of each block over training"
      onClick={(e) => onPick(nearest(e.clientX, e.currentTarget.getBoundingClientRect()))}
    >
      {niceTicks(low, high).map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} className={tick === 0 ? css.zero : css.grid} />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
            {fixed(tick, decimals)}
          </text>
        </g>
      ))}
      {stepTicks(points).map(({ point, text }) => (
        <text key={point} x={x(point)} y={HEIGHT - BOTTOM + 18} textAnchor="middle">
          {text}
        </text>
      ))}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} textAnchor="middle">
        {axis.title}
      </text>
      {at !== undefined && (
        <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} className={css.now} data-testid="moment" />
      )}
      {order.map((block) => (
        <Line
          key={block}
          block={block}
          blocks={blocks}
          marked={block === marked}
          faint={marked !== undefined && block !== marked}
          path={pathOf(rows.map((row, i) => [x(i), y(row[block]!)] as const))}
          end={[x(points.length - 1), y(rows.at(-1)![block]!)]}
          onMark={onMark}
        />
      ))}
    </svg>
  );
}

interface LineProps {
  readonly block: number;
  readonly blocks: number;
  readonly marked: boolean;
  readonly faint: boolean;
  readonly path: string;
  readonly end: readonly [number, number];
  onMark(block: number | undefined): void;
}

function Line({ block, blocks, marked, faint, path, end, onMark }: LineProps) {
  const colour = blockColour(block, blocks);
  return (
    <g opacity={faint ? 0.3 : 1} onPointerEnter={() => onMark(block)} onPointerLeave={() => onMark(undefined)}>
      <path d={path} fill="none" stroke="transparent" strokeWidth={10} />
      <path d={path} fill="none" stroke={colour} strokeWidth={marked ? 3 : 1.75} strokeLinejoin="round">
        <title>{`block ${block}`}</title>
      </path>
      {(marked || block === 0 || block === blocks - 1) && (
        <text x={end[0] + 5} y={end[1] + 4} className={css.name}>
          {block}
        </text>
      )}
    </g>
  );
}

/** Through the points in order, broken where a number is missing. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  let path = '';
  let open = false;
  for (const [x, y] of points) {
    if (Number.isFinite(y)) path += `${open ? 'L' : 'M'}${x.toFixed(1)},${y.toFixed(1)}`;
    open = Number.isFinite(y);
  }
  return path;
}
