/** Points of several curves as one thing to point at and to walk. Pure. */

import type { PlotArea } from '../../charts/plot';
import type { Curve } from '../../store/curves';
import type { Spot } from './axes';

export interface Series {
  readonly curve: Curve;
  readonly spots: readonly Spot[];
}
/** A point by its curve's place among the series and its own among the curve's spots. */
export interface Place {
  readonly curve: number;
  readonly index: number;
}

/** A pointer this near takes a point, in CSS pixels. */
const REACH = 36;

/** Where a spot stands; one without a finite value stands at the top edge. */
export const heightOf = (area: PlotArea, { y }: Spot): number => (y === undefined ? area.top : area.y(y));

/** The point nearest to a place on the chart, if one is within reach. */
export function nearestSpot(series: readonly Series[], area: PlotArea, x: number, y: number): Place | undefined {
  let best: Place | undefined;
  let least = REACH ** 2;
  for (const [curve, { spots }] of series.entries()) {
    for (const [index, spot] of spots.entries()) {
      const distance = (area.x(spot.x) - x) ** 2 + (heightOf(area, spot) - y) ** 2;
      if (distance <= least) [best, least] = [{ curve, index }, distance];
    }
  }
  return best;
}

/** Where an arrow key leads: left and right along a curve, up and down from curve to curve. */
export function step(series: readonly Series[], { curve, index }: Place, key: string): Place | undefined {
  const last = (c: number) => (series[c]?.spots.length ?? 1) - 1;
  const to = (c: number, i: number): Place => {
    const own = (c + series.length) % series.length;
    return { curve: own, index: Math.max(0, Math.min(last(own), i)) };
  };
  switch (key) {
    case 'ArrowRight':
      return to(curve, index + 1);
    case 'ArrowLeft':
      return to(curve, index - 1);
    case 'ArrowUp':
      return to(curve + 1, index);
    case 'ArrowDown':
      return to(curve - 1, index);
    case 'Home':
      return to(curve, 0);
    case 'End':
      return to(curve, last(curve));
    default:
      return undefined;
  }
}
