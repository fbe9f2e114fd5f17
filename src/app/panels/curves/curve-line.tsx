import { memo } from 'react';
import { strategyTraits } from '../../../pruning/strategies';
import { bandPath, linePath, type PlotArea } from '../../charts/plot';
import type { Curve } from '../../store/curves';
import type { Spot } from './axes';
import css from './curve-chart.module.css';

interface Props {
  readonly curve: Curve;
  readonly spots: readonly Spot[];
  readonly area: PlotArea;
  /** Faint: another curve is meant. */
  readonly aside: boolean;
}

/**
 * One curve: its band, its line, its points; dashed and in the same hue, the same once recovered, with a gap where there
 * is none. Random orders are dotted, their points hollow.
 */
export const CurveLine = memo(function CurveLine({ curve, spots, area, aside }: Props) {
  const random = strategyTraits(curve.report.strategy).drawn;
  const colour = `var(--series-${curve.colour})`;
  const places = spots.map((s) => (s.y === undefined ? undefined : ([area.x(s.x), area.y(s.y)] as const)));
  const band = spots.flatMap((s) => (s.band ? [[area.x(s.x), area.y(s.band[0]), area.y(s.band[1])] as const] : []));
  const recovered = spots.map((s) =>
    s.recovered === undefined ? undefined : ([area.x(s.x), area.y(s.recovered)] as const),
  );
  return (
    <g data-curve={curve.id} opacity={aside ? 0.3 : undefined}>
      {band.length > 1 && <path d={bandPath(band)} fill={colour} fillOpacity={random ? 0.17 : 0.12} />}
      <path
        className={css.line}
        d={linePath(places)}
        stroke={colour}
        strokeDasharray={random ? '2 4' : undefined}
        strokeLinecap="round"
      />
      {recovered.some((place) => place) && (
        <path className={css.line} d={linePath(recovered)} stroke={colour} strokeDasharray="7 5" data-recovered />
      )}
      {recovered.map(
        (place, i) =>
          place && (
            <circle
              key={spots[i]!.index}
              className={css.point}
              cx={place[0]}
              cy={place[1]}
              r={2.4}
              fill="var(--surface)"
              stroke={colour}
            />
          ),
      )}
      {spots.map((s, i) => {
        const place = places[i];
        // Not finite: a cross at the top edge, and no line to it.
        if (!place)
          return <path key={s.index} className={css.lost} d={cross(area.x(s.x), area.top + 4)} stroke={colour} />;
        return (
          <circle
            key={s.index}
            className={css.point}
            cx={place[0]}
            cy={place[1]}
            r={3.2}
            fill={random ? 'var(--surface)' : colour}
            stroke={random ? colour : 'var(--surface)'}
          />
        );
      })}
    </g>
  );
});

const cross = (x: number, y: number) => `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;
