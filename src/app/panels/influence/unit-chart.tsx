import { type FocusEvent, type KeyboardEvent, type MouseEvent, memo, useEffect, useId, useMemo, useState } from 'react';
import { Bar, BarChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { type PlainUnit, sublayersOf } from '../../../model/units';
import type { InfluenceMetric } from '../../../pruning/metrics';
import { toggleByHand } from '../../actions/locks';
import { blockTicks } from '../../charts/nice-ticks';
import { type Scale, tickWriter } from '../../charts/plot-scale';
import type { Interval } from '../../charts/rows';
import { highlight } from '../../store/notify';
import { store } from '../../store/store';
import { fixed, short, signedShort, upperFirst } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import { UNIT_WORDS, unitName } from '../../words/units';
import css from './influence.module.css';
import { type BarPlace, UnitBar } from './unit-bar';

interface Props {
  readonly unit: PlainUnit;
  readonly metric: InfluenceMetric;
  readonly values: readonly number[];
  readonly intervals: readonly Interval[] | undefined;
  readonly scale: Scale;
}

/**
 * Bars over the blocks, whiskers where values were sampled. A click, Enter or space drops the unit or puts it back, the
 * arrow keys walk, and what is under the pointer or in focus is read out. Dropped ones are hatched, as in the tower.
 */
export function UnitChart({ unit, metric, values, intervals, scale }: Props) {
  const [read, setRead] = useState<number>();
  // A chart that goes hears of no pointer that leaves.
  useEffect(() => () => point(unit, undefined), [unit]);
  const cut = values.findIndex((v) => scale.at(v) > 1);
  const missing = values.flatMap((v, block) => (Number.isFinite(v) ? [] : [block]));
  const write = METRIC_WORDS[metric].signed ? signedShort : short;
  const focus = (block: number | undefined) => {
    setRead(block);
    point(unit, block);
  };
  const value = read === undefined ? undefined : values[read];
  return (
    <figure
      className={css.chart}
      data-unit={unit}
      aria-label={`${UNIT_WORDS[unit].title}: a bar for each block; arrow keys walk, Enter drops`}
      onClick={(e) => {
        const block = barAt(e);
        if (block !== undefined) toggleByHand(sublayersOf(unit, block));
      }}
      onFocus={(e) => focus(barOf(e))}
      onBlur={() => focus(undefined)}
      onKeyDown={(e) => walk(e, unit)}
    >
      <figcaption className={css.caption}>
        {UNIT_WORDS[unit].title}
        {value !== undefined && (
          <span className={css.reading}>
            {upperFirst(unitName(unit, read!))}: {write(value)}
          </span>
        )}
        {cut >= 0 && read === undefined && (
          <span className={css.cut}>
            block {cut} is cut: it reaches {write(values[cut]!)}
          </span>
        )}
        {missing.length > 0 && <span className={css.cut}>not finite, left out: {missing.join(', ')}</span>}
      </figcaption>
      <Bars unit={unit} metric={metric} values={values} intervals={intervals} scale={scale} cut={cut} />
    </figure>
  );
}

interface Point {
  readonly block: number;
  /** Above the zero line, as a share of the plot's height. */
  readonly place: number | null;
}

const Bars = memo(function Bars({ unit, metric, values, intervals, scale, cut }: Props & { readonly cut: number }) {
  const hatch = useId();
  const zero = scale.at(0);
  const data = useMemo(
    () => values.map((v, block): Point => ({ block, place: Number.isFinite(v) ? scale.at(v) - zero : null })),
    [values, scale, zero],
  );
  const known = (block: number) => {
    const interval = intervals?.[block];
    return interval && Number.isFinite(interval[0]) ? interval : undefined;
  };
  const ticks = useMemo(() => {
    const write = tickWriter(scale);
    return new Map(scale.ticks.map((tick) => [scale.at(tick) - zero, write(tick)]));
  }, [scale, zero]);
  const { short: name, signed } = METRIC_WORDS[metric];
  const write = signed ? signedShort : short;
  return (
    <ResponsiveContainer width="100%" height="100%" className={css.bars}>
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
          domain={[-zero, 1 - zero]}
          ticks={[...ticks.keys()]}
          // As many as there is room for.
          interval="preserveEnd"
          minTickGap={1}
          tickFormatter={(place: number) => ticks.get(place) ?? ''}
          allowDataOverflow
        />
        <ReferenceLine y={0} stroke="var(--line-strong)" />
        <Tooltip
          cursor={{ fill: 'var(--ink)', fillOpacity: 0.07 }}
          isAnimationActive={false}
          content={({ active, payload }) => {
            const point = payload?.[0]?.payload as Point | undefined;
            if (!active || !point || point.place === null) return null;
            const interval = known(point.block);
            return (
              <div className={css.tooltip}>
                <strong>{upperFirst(unitName(unit, point.block))}</strong>
                <br />
                {name}: {fixed(values[point.block]!, 6)}
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
          dataKey="place"
          isAnimationActive={false}
          minPointSize={1}
          shape={(place: unknown) => {
            const { block } = (place as { payload: Point }).payload;
            return (
              <UnitBar
                unit={unit}
                block={block}
                place={place as BarPlace}
                scale={scale}
                interval={known(block)}
                text={`${name.toLowerCase()} ${write(values[block]!)}`}
                cut={block === cut}
                hatch={hatch}
              />
            );
          }}
        />
      </BarChart>
    </ResponsiveContainer>
  );
});

/** Marks the unit under the pointer in the tower too. */
const hover = (unit: PlainUnit, index: unknown): void =>
  point(unit, index === undefined || index === null ? undefined : Number(index));

function point(unit: PlainUnit, block: number | undefined): void {
  if (unit === 'block') highlight(block === undefined ? undefined : sublayersOf(unit, block));
  else store.setState({ hovered: block === undefined ? undefined : { block, kind: unit } });
}

const barOf = ({ target }: FocusEvent | KeyboardEvent): number | undefined => {
  const bar = target instanceof Element ? target.closest<SVGElement>('[data-bar]') : null;
  return bar ? Number(bar.dataset.bar) : undefined;
};

/** Arrow keys, Home and End go from bar to bar; Enter and space do what a click does. */
function walk(e: KeyboardEvent<HTMLElement>, unit: PlainUnit): void {
  const at = barOf(e);
  if (at === undefined) return;
  const bars = [...e.currentTarget.querySelectorAll<SVGElement>('[data-bar]')];
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: bars.length - 1,
  };
  if (e.key === 'Enter' || e.key === ' ') toggleByHand(sublayersOf(unit, at));
  else if (e.key in moves) bars.find((bar) => Number(bar.dataset.bar) === moves[e.key])?.focus();
  else return;
  e.preventDefault();
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
