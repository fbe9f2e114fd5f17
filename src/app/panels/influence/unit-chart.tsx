import { type MouseEvent, memo, useId, useMemo } from 'react';
import { Bar, BarChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { type PlainUnit, sublayersOf } from '../../../model/units';
import type { InfluenceMetric } from '../../../pruning/metrics';
import { toggleByHand } from '../../actions/locks';
import { blockTicks, chartRange, niceTicks, tickDecimals } from '../../charts/nice-ticks';
import type { Interval } from '../../charts/rows';
import { store } from '../../store/store';
import { fixed, short, upperFirst } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import { UNIT_WORDS, unitName } from '../../words/units';
import css from './influence.module.css';
import { type BarPlace, UnitBar } from './unit-bar';

interface Props {
  readonly unit: PlainUnit;
  readonly metric: InfluenceMetric;
  readonly values: readonly number[];
  readonly intervals: readonly Interval[] | undefined;
  readonly height: number;
}

interface Point {
  readonly block: number;
  readonly value: number | null;
}

/**
 * Bars over the blocks, whiskers where values were sampled; a click drops the unit or puts it back. Dropped ones are
 * hatched, as in the tower.
 */
export const UnitChart = memo(function UnitChart({ unit, metric, values, intervals, height }: Props) {
  const hatch = useId();
  const range = useMemo(() => chartRange(values, intervals), [values, intervals]);
  const { low, high } = range;
  const cut = values.findIndex((v) => v > high);
  const missing = values.flatMap((v, block) => (Number.isFinite(v) ? [] : [block]));
  const data = useMemo(
    () => values.map((value, block): Point => ({ block, value: Number.isFinite(value) ? value : null })),
    [values],
  );
  const known = (block: number) => {
    const interval = intervals?.[block];
    return interval && Number.isFinite(interval[0]) ? interval : undefined;
  };
  const decimals = tickDecimals(low, high);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tower does the same by keyboard.
    <figure
      className={css.chart}
      data-unit={unit}
      onClick={(e) => {
        const block = barAt(e);
        if (block !== undefined) toggleByHand(sublayersOf(unit, block));
      }}
    >
      <figcaption className={css.caption}>
        {UNIT_WORDS[unit].title}
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
              <line x1="0" y1="0" x2="0" y2="6" stroke={`var(--chart-${unit})`} strokeWidth="2.2" />
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
              const interval = known(point.block);
              return (
                <div className={css.tooltip}>
                  <strong>{upperFirst(unitName(unit, point.block))}</strong>
                  <br />
                  {METRIC_WORDS[metric].short}: {fixed(point.value, 6)}
                  {interval && (
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
            minPointSize={1}
            shape={(place: unknown) => {
              const { block } = (place as { payload: Point }).payload;
              return (
                <UnitBar
                  unit={unit}
                  block={block}
                  place={place as BarPlace}
                  range={range}
                  interval={known(block)}
                  cut={block === cut}
                  hatch={hatch}
                />
              );
            }}
          />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
});

/** Marks the unit under the pointer in the tower too. */
function hover(unit: PlainUnit, index: unknown): void {
  const block = index === undefined || index === null ? undefined : Number(index);
  store.setState({ hovered: block === undefined || unit === 'block' ? undefined : { block, kind: unit } });
}

/**
 * The bar a click means: the one above or below it, however low. Measured, since Recharts hears of a tap's place only
 * after the click.
 */
function barAt({ currentTarget, target, clientX }: MouseEvent<HTMLElement>): number | undefined {
  if (!(target instanceof Element) || !target.closest('.recharts-wrapper')) return undefined;
  const bars = [...currentTarget.querySelectorAll<SVGElement>('[data-bar]')].map((bar) => {
    const { left, right } = bar.getBoundingClientRect();
    return { block: Number(bar.dataset.bar), distance: Math.abs((left + right) / 2 - clientX) };
  });
  return bars.sort((a, b) => a.distance - b.distance)[0]?.block;
}
