import { useTheme } from '../widgets/theme';
import { short } from '../words/format';
import css from './heat-map.module.css';
import { colourAt, type Placement } from './scale';

/** Of the colours; what they mean is written below, and may be longer. */
const WIDTH = 240;
const CAPTION_WIDTH = 480;
/** Patches of colour, by their place on the scale. */
const PATCHES = Array.from({ length: 48 }, (_, i) => i / 47);

/** Reads a heat map's colours back into numbers. Drawn, so that it is in an exported picture too. */
export function HeatLegend({ placement, unit }: { placement: Placement; unit: string }) {
  const theme = useTheme();
  const { low, high, kind } = placement;
  const middle = kind === 'log' ? Math.sqrt(low * high) : (low + high) / 2;
  const log = kind === 'log';
  return (
    <svg
      className={css.legend}
      width={CAPTION_WIDTH}
      height={46}
      role="img"
      aria-label={`Colours run from ${short(low)} to ${short(high)}: ${unit}`}
    >
      {PATCHES.map((t) => (
        <rect
          key={t}
          x={(t * WIDTH * 47) / 48}
          width={WIDTH / 48 + 0.5}
          height={10}
          fill={colourAt(t, theme).background}
        />
      ))}
      <text y={24}>{log ? `≤ ${short(low)}` : short(low)}</text>
      <text x={WIDTH / 2} y={24} textAnchor="middle">
        {short(middle)}
      </text>
      <text x={WIDTH} y={24} textAnchor="end">
        {short(high)}
      </text>
      <text className={css.caption} y={41}>
        {unit}
        {log && ', logarithmic'}
      </text>
    </svg>
  );
}
