import type { PlotArea } from '../../charts/plot';
import css from './curve-chart.module.css';
import type { PresentPoint } from './present';

/** Half of what the words take, in CSS pixels. */
const HALF = 30;

/** Where the tower's mask stands: a diamond, named. */
export function PresentMark({ present, area }: { present: PresentPoint; area: PlotArea }) {
  const [x, y] = [area.x(present.x), area.y(present.y)];
  const above = y - area.top > 24;
  // Centred over the mark and within the chart; before it where it stands at the end, where curves have their names.
  const atEnd = x > area.right - HALF;
  const place = atEnd ? x - 12 : Math.max(area.left + HALF, x);
  return (
    <g className={css.present}>
      <path d={`M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z`} />
      <text x={place} y={above ? y - 13 : y + 20} textAnchor={atEnd ? 'end' : 'middle'}>
        this mask
      </text>
    </g>
  );
}
