import { type MouseEvent, useId, useMemo } from 'react';
import { Bar, BarChart, Cell, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { fixed, short } from '../format';
import type { ShownMetric, ShownUnit } from '../store/state';
import { useApp } from '../store/store';
import css from './influence.module.css';
import { blockTicks, chartRange, niceTicks, tickDecimals } from './nice-ticks';

interface Props {
  readonly unit: ShownUnit;
  readonly title: string;
  readonly metric: ShownMetric;
  readonly values: readonly number[];
  readonly dropped: readonly boolean[];
  onToggle(index: number): void;
  onHover(index: number | undefined): void;
}

const HEIGHT = 124;

/** Bars over the blocks; a click drops the unit or puts it back. Dropped ones are hatched, as in the tower. */
export function UnitChart({ unit, title, metric, values, dropped, onToggle, onHover }: Props) {
  const hatch = useId();
  const marked = useApp((s) => (s.hovered?.kind === unit ? s.hovered.block : undefined));
  const data = useMemo(() => values.map((value, block) => ({ block, value })), [values]);
  const { low, high } = chartRange(values);
  const cut = values.findIndex((v) => v > high);
  const decimals = tickDecimals(low, high);
  const colour = `var(--chart-${unit})`;
  const indexOf = (state: { activeTooltipIndex?: unknown } | null) => {
    const i = state?.activeTooltipIndex;
    return i === undefined || i === null ? undefined : Number(i);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tower does the same by keyboard.
    <figure
      className={css.chart}
      data-unit={unit}
      onClick={(e) => {
        const i = barAt(e);
        if (i !== undefined) onToggle(i);
      }}
    >
      <figcaption className={css.caption}>
        {title}
        {cut >= 0 && (
          <span className={css.cut}>
            {' '}
            block {cut} is cut: it reaches {short(values[cut]!)}
          </span>
        )}
      </figcaption>
      <ResponsiveContainer width="100%" height={HEIGHT}>
        <BarChart
          data={data}
          margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
          barCategoryGap="18%"
          accessibilityLayer={false}
          onMouseMove={(state) => onHover(indexOf(state))}
          onMouseLeave={() => onHover(undefined)}
        >
          <defs>
            <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="6" height="6" fill="var(--surface)" />
              <line x1="0" y1="0" x2="0" y2="6" stroke={colour} strokeWidth="2.2" />
            </pattern>
          </defs>
          <XAxis
            dataKey="block"
            axisLine={false}
            tickLine={false}
            interval={0}
            ticks={blockTicks(values.length)}
            height={20}
          />
          <YAxis
            width={52}
            tickLine={false}
            axisLine={false}
            domain={[low, high]}
            ticks={niceTicks(low, high)}
            interval={0}
            tickFormatter={(v: number) => fixed(v, decimals)}
            allowDataOverflow
          />
          <ReferenceLine y={0} stroke="var(--line-strong)" />
          <Tooltip
            cursor={{ fill: 'var(--ink)', fillOpacity: 0.07 }}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const point = payload?.[0]?.payload as (typeof data)[number] | undefined;
              if (!active || !point) return null;
              return (
                <div className={css.tooltip}>
                  <strong>
                    {unit === 'block' ? 'Block' : unit} {point.block}
                    {dropped[point.block] && ', dropped'}
                  </strong>
                  <br />
                  {metric === 'cosine' ? '1 − cosine' : 'loss added'}: {fixed(point.value, 6)}
                </div>
              );
            }}
          />
          <Bar
            dataKey="value"
            isAnimationActive={false}
            cursor="pointer"
            minPointSize={1}
            label={(bar) => (bar.index === cut ? <CutMark x={Number(bar.x)} width={Number(bar.width)} /> : <g />)}
          >
            {data.map(({ block }) => (
              <Cell
                key={block}
                fill={dropped[block] ? `url(#${hatch})` : colour}
                stroke={block === marked ? 'var(--ink)' : colour}
                strokeWidth={block === marked ? 2.5 : 1}
                strokeDasharray={dropped[block] ? '3 2' : undefined}
              />
            ))}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

/**
 * The bar a click means: the one above or below it, however low. Measured, since Recharts hears of a tap's place only
 * after the click.
 */
function barAt({ currentTarget, target, clientX }: MouseEvent<HTMLElement>): number | undefined {
  if (!(target instanceof Element) || !target.closest('.recharts-wrapper')) return undefined;
  const distances = [...currentTarget.querySelectorAll('.recharts-bar-rectangle')].map((bar) => {
    const { left, right } = bar.getBoundingClientRect();
    return Math.abs((left + right) / 2 - clientX);
  });
  return distances.length > 0 ? distances.indexOf(Math.min(...distances)) : undefined;
}

/** Two slanted gaps near the top of a bar that is higher than its chart; `x` and `width` are the bar's. */
function CutMark({ x, width }: { x: number; width: number }) {
  const line = (y: number) => `M${x - 2},${y + 5}L${x + width + 2},${y}`;
  return <path d={line(12) + line(18)} stroke="var(--surface)" strokeWidth={2.5} />;
}
