import { short } from '../words/format';
import css from './heat-map.module.css';
import { legendStart, legendTicks, scaleWords } from './legend-ticks';
import type { Placement } from './placement';
import { colourAt } from './scale';

/** Of the colours; what they mean is written below, and may be longer. */
const WIDTH = 240;
const CAPTION_WIDTH = 480;
/** Patches of colour, by their place along the legend. */
const PATCHES = Array.from({ length: 48 }, (_, i) => i / 47);

/** Reads a heat map's colours back into numbers. Drawn, so that it is in an exported picture too. */
export function HeatLegend({ placement, unit }: { placement: Placement; unit: string }) {
  const { low, below, high } = placement;
  const start = legendStart(placement);
  return (
    <svg
      className={css.legend}
      width={CAPTION_WIDTH}
      height={46}
      role="img"
      aria-label={`Colours run from ${short(below < 0 ? below : low)} to ${short(high)}: ${unit}`}
    >
      {PATCHES.map((along) => (
        <rect
          key={along}
          x={(along * WIDTH * 47) / 48}
          width={WIDTH / 48 + 0.5}
          height={10}
          fill={colourAt(start + along * (1 - start)).background}
        />
      ))}
      {legendTicks(placement).map(({ at, text }) => (
        <text key={at} x={at * WIDTH} y={24} textAnchor={at === 0 ? 'start' : at === 1 ? 'end' : 'middle'}>
          {text}
        </text>
      ))}
      <text className={css.caption} y={41}>
        {unit}, <tspan fontWeight="650">{scaleWords(placement.kind)}</tspan>
      </text>
    </svg>
  );
}
