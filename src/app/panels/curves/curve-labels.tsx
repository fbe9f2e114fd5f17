import type { PlotArea } from '../../charts/plot';
import { spread } from '../../charts/spread';
import type { Curve } from '../../store/curves';
import { curveLabels } from '../../words/curve-names';
import css from './curve-chart.module.css';
import type { Series } from './series';

const LINE = 15;
/** Of a letter, on average; enough to tell which labels would touch. */
const LETTER = 6.9;
const BESIDE = 9;

/** What the longest name takes beside the chart, in CSS pixels. */
export const labelRoom = (series: readonly Series[]): number =>
  BESIDE + 6 + Math.max(0, ...curveLabels(series.map((s) => s.curve)).map((name) => name.length * LETTER));

interface Props {
  readonly series: readonly Series[];
  readonly area: PlotArea;
  readonly isAside: (curve: Curve) => boolean;
}

/** Each curve's name at the end of its line, moved apart where they would touch. */
export function CurveLabels({ series, area, isAside }: Props) {
  const names = curveLabels(series.map((s) => s.curve));
  const ends = series.flatMap(({ curve, spots }, i) => {
    const end = spots.findLast((s) => s.y !== undefined);
    return end ? [{ curve, name: names[i]!, x: area.x(end.x) + BESIDE, y: area.y(end.y!) }] : [];
  });
  return groupsOf(ends).map((group) => {
    const places = spread(
      group.map((e) => e.y),
      LINE,
      area.top + 4,
      area.bottom - 6,
    );
    return group.map(({ curve, name, x }, k) => (
      <text
        key={curve.id}
        className={css.name}
        x={x}
        y={places[k]}
        dominantBaseline="central"
        fill={`var(--series-${curve.colour})`}
        opacity={isAside(curve) ? 0.5 : undefined}
      >
        {name}
      </text>
    ));
  });
}

/** Labels whose words lie over the same stretch of the chart. */
function groupsOf<T extends { readonly x: number; readonly name: string }>(ends: readonly T[]): T[][] {
  const groups: T[][] = [];
  let reach = Number.NEGATIVE_INFINITY;
  for (const end of [...ends].sort((a, b) => a.x - b.x)) {
    if (end.x < reach) groups.at(-1)!.push(end);
    else groups.push([end]);
    reach = Math.max(reach, end.x + end.name.length * LETTER);
  }
  return groups;
}
