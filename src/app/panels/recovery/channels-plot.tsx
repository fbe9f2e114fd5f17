import { useId, useMemo } from 'react';
import { linePath, Plot } from '../../charts/plot';
import { linearScale } from '../../charts/plot-scale';
import { short, whole } from '../../words/format';
import { unitName } from '../../words/units';
import { scaleOf, type Update } from './updates';
import css from './updates.module.css';

const HEIGHT = 190;

/** What one unit adds to each channel, on average: a stroke for each, from zero. */
export function ChannelsPlot({ of, colour, cut }: { of: Update; colour: string; cut: boolean }) {
  const { unit, channels } = of;
  const clip = useId();
  const values = useMemo(() => Array.from(channels), [channels]);
  const y = useMemo(() => scaleOf(values, cut), [values, cut]);
  const x = useMemo(() => linearScale([0, values.length - 1], { room: 0 }), [values.length]);
  const largest = values.reduce((a, v, i) => (Math.abs(v) > Math.abs(values[a]!) ? i : a), 0);
  const zero = Math.min(1, Math.max(0, y.at(0)));
  const name = unitName(unit.kind, unit.block);
  return (
    <figure className={css.plot}>
      <figcaption className={css.plotTitle}>
        Channels of {name}: the largest is channel {whole(largest)}, {short(values[largest]!)}
      </figcaption>
      <Plot
        label={`Channels of the mean update of ${name}`}
        height={HEIGHT}
        x={{ scale: x, write: whole, label: 'channel' }}
        y={{ scale: y, write: short }}
      >
        {(area) => {
          const base = area.bottom - zero * (area.bottom - area.top);
          const strokes = values.map((v, i) =>
            linePath([
              [area.x(i), base],
              [area.x(i), area.y(v)],
            ]),
          );
          return (
            <>
              <clipPath id={clip}>
                <rect x={area.left} y={area.top} width={area.right - area.left} height={area.bottom - area.top} />
              </clipPath>
              <path
                d={strokes.join('')}
                stroke={colour}
                strokeWidth={Math.max(0.5, Math.min(4, (0.7 * (area.right - area.left)) / values.length))}
                clipPath={`url(#${clip})`}
              />
              <line className={css.zero} x1={area.left} x2={area.right} y1={base} y2={base} />
            </>
          );
        }}
      </Plot>
    </figure>
  );
}
