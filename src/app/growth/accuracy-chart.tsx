import type { GrowthPoint } from '../../lab/contract';
import { percent } from '../format';
import css from './growth.module.css';
import { axisOf } from './growth-axis';

const WIDTH = 760;
const HEIGHT = 110;
const LEFT = 56;
const RIGHT = 40;
const TOP = 18;
const BOTTOM = 8;

/** Accuracy at each checkpoint with its 95% interval, over the same axis as the lines above. */
export function AccuracyChart({ points, task, at }: { points: readonly GrowthPoint[]; task?: string; at?: number }) {
  if (!task || !points.some((p) => p.accuracy)) return null;
  const { places } = axisOf(points);
  const x = (i: number) => LEFT + places[i]! * (WIDTH - LEFT - RIGHT);
  const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const shown = points.flatMap((p, i) => (p.accuracy ? [{ i, ...p.accuracy }] : []));
  return (
    <svg
      className={css.chart}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Accuracy on ${task} over training`}
    >
      <text x={LEFT} y={11} className={css.name}>{`accuracy on ${task}, n = ${shown[0]!.n}`}</text>
      {[0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} className={css.grid} />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
            {percent(tick, 0)}
          </text>
        </g>
      ))}
      {at !== undefined && <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} className={css.now} />}
      <path
        className={css.accuracy}
        d={shown.map((p, n) => `${n ? 'L' : 'M'}${x(p.i).toFixed(1)},${y(p.accuracy).toFixed(1)}`).join('')}
      />
      {shown.map((p) => (
        <g key={p.i} className={css.point}>
          <line x1={x(p.i)} x2={x(p.i)} y1={y(p.interval[0])} y2={y(p.interval[1])} />
          <circle cx={x(p.i)} cy={y(p.accuracy)} r={3}>
            <title>{`${points[p.i]!.name}: ${percent(p.accuracy)} (${percent(p.interval[0])} to ${percent(p.interval[1])})`}</title>
          </circle>
        </g>
      ))}
    </svg>
  );
}
