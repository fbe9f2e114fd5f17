import type { PlotArea } from '../charts/plot';
import css from './curve-chart.module.css';

/** The mask in force, on the chart's axes. */
export interface PresentPoint {
  readonly x: number;
  readonly y: number;
}

/** Where the tower's mask stands: a diamond, named. */
export function PresentMark({ present, area }: { present: PresentPoint; area: PlotArea }) {
  const [x, y] = [area.x(present.x), area.y(present.y)];
  const before = x > (area.left + area.right) / 2;
  return (
    <g className={css.present}>
      <path d={`M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z`} />
      <text x={before ? x - 12 : x + 12} y={y} dominantBaseline="central" textAnchor={before ? 'end' : 'start'}>
        this mask
      </text>
    </g>
  );
}
