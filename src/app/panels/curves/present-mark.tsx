import type { PlotArea } from '../../charts/plot';
import css from './curve-chart.module.css';
import type { PresentPoint } from './present';

/** Half of what the words take, in CSS pixels. */
const HALF = 30;

/** Where the tower's mask stands: a diamond, named. */
export function PresentMark({ present, area }: { present: PresentPoint; area: PlotArea }) {
  const [x, y] = [area.x(present.x), area.y(present.y)];
  const above = y - area.top > 24;
  // Centred over the mark, and within the chart.
  const middle = Math.max(area.left + HALF, Math.min(area.right - HALF, x));
  return (
    <g className={css.present}>
      <path d={`M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z`} />
      <text x={middle} y={above ? y - 13 : y + 20} textAnchor="middle">
        this mask
      </text>
    </g>
  );
}
