import type { ReactNode } from 'react';
import css from './chart-tip.module.css';

interface Props {
  /** The place pointed at, in CSS pixels of the box around, which is `width` wide. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly children: ReactNode;
}

/**
 * What is under the pointer, in words beside it: to its right, or its left where that has more room. Who walks a chart
 * by keyboard is told by the chart itself.
 */
export function ChartTip({ x, y, width, children }: Props) {
  const style = x > width / 2 ? { right: width - x + 12, top: y } : { left: x + 12, top: y };
  return (
    <div className={css.tip} style={style} aria-hidden="true">
      {children}
    </div>
  );
}
