import { blockTicks } from '../../charts/nice-ticks';
import type { Figure, Line } from './findings';
import css from './paper.module.css';

const WIDTH = 240;
const HEIGHT = 84;
const LINE = 12;
const BOTTOM = HEIGHT - LINE;
const TOP = 6;

/** A figure to be read at a glance; the words beside it carry its numbers. */
export function MiniFigure({ figure, label }: { figure: Figure; label: string }) {
  return (
    <svg className={css.figure} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {figure.kind === 'bars' ? <Bars bars={figure.bars} /> : <Lines lines={figure.lines} axis={figure.axis} />}
    </svg>
  );
}

const scaleOf = (values: readonly number[], bottom = BOTTOM) => {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return (v: number) => bottom - ((v - low) / (high - low || 1)) * (bottom - TOP);
};

function Bars({ bars }: { bars: Extract<Figure, { kind: 'bars' }>['bars'] }) {
  // A name of two things stands on two lines: three of them beside each other would touch.
  const names = bars.map(({ name }) => name.split(', '));
  const more = LINE * (Math.max(...names.map((lines) => lines.length)) - 1);
  const y = scaleOf(
    bars.flatMap(({ value, interval }) => [value, ...(interval ?? [])]),
    BOTTOM - more,
  );
  const step = WIDTH / bars.length;
  const width = Math.min(22, 0.62 * step);
  const ticks = blockTicks(bars.length);
  return (
    <>
      {bars.map(({ name, value, interval }, i) => {
        const x = (i + 0.5) * step;
        return (
          <g key={name}>
            <rect
              x={x - width / 2}
              width={width}
              y={Math.min(y(value), y(0))}
              height={Math.abs(y(value) - y(0))}
              className={css.bar}
            />
            {interval && <path d={`M${x} ${y(interval[0])}V${y(interval[1])}`} className={css.whisker} />}
            {ticks.includes(i) &&
              names[i]!.map((line, l) => (
                <text key={line} x={x} y={HEIGHT - 1 - more + LINE * l} className={css.tick}>
                  {line}
                </text>
              ))}
          </g>
        );
      })}
      <path d={`M0 ${y(0)}H${WIDTH}`} className={css.axis} />
    </>
  );
}

function Lines({ lines, axis }: { lines: readonly Line[]; axis: string }) {
  const all = lines.flatMap((line) => line.points);
  const y = scaleOf(all.map((p) => p[1]));
  const most = Math.max(...all.map((p) => p[0])) || 1;
  const x = (v: number) => 2 + (v / most) * (WIDTH - 70);
  return (
    <>
      <path d={`M0 ${y(0)}H${WIDTH - 66}`} className={css.axis} />
      {lines.map(({ name, hue, points }, i) => (
        <g key={name} data-hue={hue}>
          <polyline points={points.map(([a, b]) => `${x(a)},${y(b)}`).join(' ')} className={css.line} />
          <text x={WIDTH - 64} y={TOP + 10 + 15 * i} className={css.name}>
            {name}
          </text>
        </g>
      ))}
      <text x={0} y={HEIGHT - 1} className={css.under}>
        {axis}
      </text>
    </>
  );
}
