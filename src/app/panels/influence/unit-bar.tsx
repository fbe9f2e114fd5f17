import { type PlainUnit, sublayersOf } from '../../../model/units';
import { isDropped } from '../../../pruning/mask';
import type { Scale } from '../../charts/plot-scale';
import type { Interval } from '../../charts/rows';
import { maskOf } from '../../store/select';
import type { AppState } from '../../store/state';
import { useApp } from '../../widgets/use-app';
import { upperFirst } from '../../words/format';
import { unitName } from '../../words/units';

export interface BarPlace {
  readonly x: number;
  /** The value's end; the height is negative below zero. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The plot's own height, which spans the scale. */
  readonly background?: { readonly y: number; readonly height: number };
}

interface Props {
  readonly unit: PlainUnit;
  readonly block: number;
  readonly place: BarPlace;
  readonly scale: Scale;
  readonly interval: Interval | undefined;
  /** Its value, written. */
  readonly text: string;
  /** Higher than its chart. */
  readonly cut: boolean;
  readonly hatch: string;
}

const isUnitDropped = (s: AppState, unit: PlainUnit, block: number) =>
  sublayersOf(unit, block).every((one) => isDropped(maskOf(s), one));

/**
 * One bar, and a button. It follows the mask and the pointer by itself, so that neither makes the whole chart be drawn
 * again. The first of a chart is its one stop for Tab.
 */
export function UnitBar({ unit, block, place, scale, interval, text, cut, hatch }: Props) {
  const dropped = useApp((s) => isUnitDropped(s, unit, block));
  const marked = useApp((s) => s.hovered?.kind === unit && s.hovered.block === block);
  const { x, y, width, height, background } = place;
  const colour = `var(--chart-${unit})`;
  const pixel = (value: number) => background!.y + (1 - scale.at(value)) * background!.height;
  const middle = x + width / 2;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawn button.
    <g
      data-bar={block}
      cursor="pointer"
      role="button"
      tabIndex={block === 0 ? 0 : -1}
      aria-pressed={dropped}
      aria-label={`${upperFirst(unitName(unit, block))}, ${dropped ? 'dropped, ' : ''}${text}`}
    >
      <path
        d={`M${x},${y}h${width}v${height}h${-width}z`}
        fill={dropped ? `url(#${hatch})` : colour}
        stroke={marked ? 'var(--ink)' : colour}
        strokeWidth={marked ? 2.5 : 1}
        strokeDasharray={dropped ? '3 2' : undefined}
      />
      {cut && <CutMark x={x} width={width} />}
      {interval && background && !cut && (
        <path
          d={whiskers(middle, pixel(interval[0]), pixel(interval[1]))}
          fill="none"
          stroke="var(--ink)"
          strokeWidth="1.4"
        />
      )}
    </g>
  );
}

const whiskers = (x: number, low: number, high: number) => `M${x - 4},${low}h8M${x},${low}V${high}M${x - 4},${high}h8`;

/** Two slanted gaps near the top of a bar that is higher than its chart; `x` and `width` are the bar's. */
function CutMark({ x, width }: { x: number; width: number }) {
  const line = (y: number) => `M${x - 2},${y + 5}L${x + width + 2},${y}`;
  return <path d={line(12) + line(18)} stroke="var(--surface)" strokeWidth={2.5} />;
}
