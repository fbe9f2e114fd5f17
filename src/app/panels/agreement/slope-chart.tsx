import { memo, useRef, useState } from 'react';
import { useWidth } from '../../charts/use-width';
import { highlight } from '../../store/notify';
import { lowerFirst } from '../../words/format';
import css from './agreement.module.css';
import type { NamedUnit } from './measured';
import { ordinal, type Slope } from './slope-layout';

interface Props {
  readonly left: string;
  readonly right: string;
  readonly slopes: readonly Slope[];
  readonly units: readonly NamedUnit[];
  /** Drawn in colour: the ones that move furthest. */
  readonly moved: readonly Slope[];
}

const ROW = { least: 12, most: 18, all: 520 };
const TOP = 40;
const NAME = 120;
const MOST_WIDTH = 520;

/** The units in one metric's order on the left and in the other's on the right, the first to go at the bottom. */
export const SlopeChart = memo(function SlopeChart({ left, right, slopes, units, moved }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = Math.min(MOST_WIDTH, useWidth(box));
  const [at, setAt] = useState<number>();
  const row = Math.max(ROW.least, Math.min(ROW.most, Math.floor(ROW.all / Math.max(1, slopes.length))));
  const height = TOP + slopes.length * row + 26;
  const y = (place: number) => TOP + (slopes.length - place + 0.5) * row;
  const show = (unit: number | undefined) => {
    if (unit === at) return;
    setAt(unit);
    highlight(unit === undefined ? undefined : units[unit]!.sublayers);
  };
  const x = { left: NAME, right: width - NAME };
  const coloured = new Set(moved.map((s) => s.unit));
  // What is pointed at and what moves furthest lie above the others.
  const drawn = [...slopes].sort((a, b) => rank(a.unit) - rank(b.unit));
  function rank(unit: number): number {
    return unit === at ? 2 : coloured.has(unit) ? 1 : 0;
  }
  return (
    <div ref={box} className={css.slopes} onPointerLeave={() => show(undefined)}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={`Orders by ${left} and by ${right}`}>
          <text className={css.side} x={x.left} y={14} textAnchor="start" dx={-NAME + 2}>
            {left}
          </text>
          <text className={css.side} x={width - 2} y={14} textAnchor="end">
            {right}
          </text>
          <text className={css.end} x={width / 2} y={TOP - 6} textAnchor="middle">
            matters most
          </text>
          <text className={css.end} x={width / 2} y={height - 6} textAnchor="middle">
            goes first
          </text>
          {drawn.map((s) => {
            const { name } = units[s.unit]!;
            const state = s.unit === at ? 'at' : coloured.has(s.unit) ? 'moved' : undefined;
            return (
              <g key={s.unit} className={css.slope} data-state={state} onPointerEnter={() => show(s.unit)}>
                <path className={css.reach} d={`M0 ${y(s.left)}H${x.left}L${x.right} ${y(s.right)}H${width}`} />
                <path className={css.line} d={`M${x.left} ${y(s.left)}L${x.right} ${y(s.right)}`} />
                <circle cx={x.left} cy={y(s.left)} r={2.6} />
                <circle cx={x.right} cy={y(s.right)} r={2.6} />
                <text x={x.left - 8} y={y(s.left)} textAnchor="end" dominantBaseline="central">
                  {name}
                </text>
                <text x={x.right + 8} y={y(s.right)} dominantBaseline="central">
                  {name}
                </text>
              </g>
            );
          })}
        </svg>
      )}
      <p className={css.reading} aria-hidden="true">
        {at === undefined ? ' ' : readingOf(slopes, units, at, left, right)}
      </p>
    </div>
  );
});

function readingOf(
  slopes: readonly Slope[],
  units: readonly NamedUnit[],
  at: number,
  left: string,
  right: string,
): string {
  const s = slopes.find((one) => one.unit === at);
  return s
    ? `${units[at]!.name}: ${ordinal(s.left)} to go by ${lowerFirst(left)}, ${ordinal(s.right)} by ${lowerFirst(right)}`
    : '';
}
