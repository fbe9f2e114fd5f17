import { type ReactNode, useRef } from 'react';
import css from './plot.module.css';
import type { Scale } from './plot-scale';
import { useWidth } from './use-width';

export interface Axis {
  readonly scale: Scale;
  /** What the values are, in words; beside the axis where given. */
  readonly label?: string;
  write(value: number): string;
}

/** The drawing area, in CSS pixels of the SVG, and where values lie in it. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(value: number): number;
  y(value: number): number;
}

interface Props {
  /** For those who cannot see it, where what is around does not name it. What it shows is told by the frame. */
  readonly label?: string;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  /** Room for the y axis, where charts below one another share their x axis; else what it needs. */
  readonly startRoom?: number;
  /** Room for what is written at the ends of lines. */
  readonly endRoom?: number;
  readonly children: (area: PlotArea) => ReactNode;
}

const TOP = 8;
/** Of a digit at the size that axes are written in. */
const DIGIT = 7;

/** Axes with a light grid, and room for a chart between them. Drawn by hand, so that a dozen take a few milliseconds. */
export function Plot({ label, height, x, y, startRoom = 0, endRoom = 10, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const longest = Math.max(...y.scale.ticks.map((t) => y.write(t).length), 2);
  const left = Math.max(startRoom, longest * DIGIT + 10 + (y.label ? 18 : 0));
  const right = Math.max(left + 20, width - endRoom);
  const bottom = height - (x.label ? 42 : 22);
  const area: PlotArea = {
    ...{ left, right, top: TOP, bottom },
    x: (v) => left + x.scale.at(v) * (right - left),
    y: (v) => bottom - y.scale.at(v) * (bottom - TOP),
  };
  const middle = (TOP + bottom) / 2;
  return (
    <div ref={box} className={css.plot} style={{ height }}>
      {width > 0 && (
        // biome-ignore lint/a11y/noSvgWithoutTitle: it has a label, or is hidden from those who would miss it.
        <svg
          width={width}
          height={height}
          {...(label ? { role: 'group', 'aria-label': label } : { 'aria-hidden': true })}
        >
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in an axis takes focus. */}
          <g className={css.axes} aria-hidden="true">
            {y.scale.ticks.map((tick) => (
              <g key={tick} transform={`translate(0 ${area.y(tick)})`}>
                <line className={css.grid} x1={left} x2={right} />
                <text x={left - 7} dominantBaseline="central" textAnchor="end">
                  {y.write(tick)}
                </text>
              </g>
            ))}
            <line className={css.base} x1={left} x2={right} y1={bottom} y2={bottom} />
            {thin(x, area).map((tick) => (
              <g key={tick} transform={`translate(${area.x(tick)} ${bottom})`}>
                <line className={css.base} y2={4} />
                <text y={16} textAnchor="middle">
                  {x.write(tick)}
                </text>
              </g>
            ))}
            {x.label && (
              <text className={css.label} x={(left + right) / 2} y={height - 6} textAnchor="middle">
                {x.label}
              </text>
            )}
            {y.label && (
              <text className={css.label} transform={`translate(12 ${middle}) rotate(-90)`} textAnchor="middle">
                {y.label}
              </text>
            )}
          </g>
          {children(area)}
        </svg>
      )}
    </div>
  );
}

/** The ticks of an axis that can be written side by side: every second, third and so on where all would touch. */
function thin({ scale, write }: Axis, { left, right }: PlotArea): readonly number[] {
  const longest = Math.max(...scale.ticks.map((t) => write(t).length), 1) * DIGIT + 10;
  const every = Math.ceil((scale.ticks.length * longest) / Math.max(1, right - left));
  return every <= 1 ? scale.ticks : scale.ticks.filter((_, i) => i % every === 0);
}

/** A path through points, begun anew where one is missing. */
export function linePath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let pen = 'M';
  let path = '';
  for (const point of points) {
    if (point) path += `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    pen = point ? 'L' : 'M';
  }
  return path;
}

/** The area between a lower and an upper edge at the same places. */
export function bandPath(points: readonly (readonly [x: number, low: number, high: number])[]): string {
  if (points.length === 0) return '';
  const up = points.map(([x, , high]): [number, number] => [x, high]);
  const down = points.map(([x, low]): [number, number] => [x, low]).reverse();
  return `${linePath([...up, ...down])}Z`;
}
