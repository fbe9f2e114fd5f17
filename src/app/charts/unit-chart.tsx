import { type MouseEvent, memo, useId, useMemo } from 'react';
import { Bar, BarChart, Cell, ErrorBar, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { fixed, short } from '../format';
import type { ShownMetric, ShownUnit } from '../store/state';
import { store, useApp } from '../store/store';
import { toggleAt } from '../tower/use-tower-keys';
import css from './influence.module.css';
import { METRIC_WORDS } from './metric-words';
import { blockTicks, chartRange, niceTicks, tickDecimals } from './nice-ticks';
import type { Interval } from './rows';

interface Props {
  readonly unit: ShownUnit;
  readonly metric: ShownMetric;
  readonly values: readonly number[];
  readonly intervals: readonly Interval[] | undefined;
  readonly dropped: readonly boolean[];
  readonly height: number;
}

interface Point {
  readonly block: number;
  readonly value: number | null;
  /** How far the interval reaches below and above. */
  readonly spread: readonly [number, number] | null;
}

const TITLES: Readonly<Record<ShownUnit, string>> = {
  block: 'Whole blocks',
  attn: 'Attention (attn)',
  ffn: 'Feed-forward (ffn)',
};
const COLUMNS = { block: 0, attn: 1, ffn: 2 } as const;

/**
 * Bars over the blocks, whiskers where values were sampled; a click drops the unit or puts it back. Dropped ones are
 * hatched, as in the tower.
 */
export const UnitChart = memo(function UnitChart({ unit, metric, values, intervals, dropped, height }: Props) {
  const hatch = useId();
  const marked = useApp((s) => (s.hovered?.kind === unit ? s.hovered.block : undefined));
  const { low, high } = chartRange(values, intervals);
  const cut = values.findIndex((v) => v > high);
  const missing = values.flatMap((v, block) => (Number.isFinite(v) ? [] : [block]));
  const data = useMemo(
    () =>
      values.map((value, block): Point => {
        const interval = intervals?.[block];
        const whiskers = interval && block !== cut && Number.isFinite(value + interval[0] + interval[1]);
        return {
          block,
          value: Number.isFinite(value) ? value : null,
          spread: whiskers ? [value - interval[0], interval[1] - value] : null,
        };
      }),
    [values, intervals, cut],
  );
  const decimals = tickDecimals(low, high);
  const colour = `var(--chart-${unit})`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tower does the same by keyboard.
    <figure
      className={css.chart}
      data-unit={unit}
      onClick={(e) => {
        const block = barAt(e);
        if (block !== undefined) toggleAt({ block, column: COLUMNS[unit] });
      }}
    >
      <figcaption className={css.caption}>
        {TITLES[unit]}
        {cut >= 0 && (
          <span className={css.cut}>
            {' '}
            block {cut} is cut: it reaches {short(values[cut]!)}
          </span>
        )}
        {missing.length > 0 && <span className={css.cut}> not finite, left out: {missing.join(', ')}</span>}
      </figcaption>
      <ResponsiveContainer width="100%" height={height}>
        <BarChart
          data={data}
          margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
          barCategoryGap="18%"
          accessibilityLayer={false}
          onMouseMove={(state) => hover(unit, state.activeTooltipIndex)}
          onMouseLeave={() => hover(unit, undefined)}
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
              const point = payload?.[0]?.payload as Point | undefined;
              if (!active || !point || point.value === null) return null;
              const interval = intervals?.[point.block];
              return (
                <div className={css.tooltip}>
                  <strong>
                    {unit === 'block' ? 'Block' : unit} {point.block}
                    {dropped[point.block] && ', dropped'}
                  </strong>
                  <br />
                  {METRIC_WORDS[metric].short}: {fixed(point.value, 6)}
                  {interval && Number.isFinite(interval[0]) && (
                    <>
                      <br />
                      95%: {fixed(interval[0], 6)} to {fixed(interval[1], 6)}
                    </>
                  )}
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
            {intervals && (
              <ErrorBar dataKey="spread" width={5} stroke="var(--ink)" strokeWidth={1.4} isAnimationActive={false} />
            )}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
});

/** Marks the unit under the pointer in the tower too. */
function hover(unit: ShownUnit, index: unknown): void {
  const block = index === undefined || index === null ? undefined : Number(index);
  store.setState({ hovered: block === undefined || unit === 'block' ? undefined : { block, kind: unit } });
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
