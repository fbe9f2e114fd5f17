import { spread } from '../../../charts/spread';
import css from './figures.module.css';

export interface PlaneLine {
  readonly name: string;
  /** A colour of the page: "var(--series-1)". */
  readonly hue: string;
  /** From 0 to 1, to the right and up. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly faint?: boolean;
  readonly dashed?: boolean;
}

interface Props {
  readonly lines: readonly PlaneLine[];
  readonly xTicks: readonly (readonly [x: number, text: string])[];
  readonly yTicks: readonly (readonly [y: number, text: string])[];
  readonly xName: string;
  /** Whether each point is marked: a line may pass over places that nobody measured. */
  readonly dots?: boolean;
  /** Where a line from top to bottom stands. */
  readonly mark?: number;
  /** What stands in the place of the lines. */
  readonly waits?: string;
  /** For those who do not see it. */
  readonly summary: string;
}

/** The least between two names, of the plane's height. */
const LABEL = 0.15;

const percent = (t: number) => `${100 * t}%`;

/** Lines over a plane. What is written is HTML and keeps its size, however the plane is stretched. */
export function Plane({ lines, xTicks, yTicks, xName, dots, mark, waits, summary }: Props) {
  const named = lines.filter(({ faint, points }) => !faint && points.length > 1);
  const places = spread(
    named.map(({ points }) => points.at(-1)![1]),
    LABEL,
    0,
    1,
  );
  return (
    <div className={css.plane} role="img" aria-label={summary}>
      <div className={css.field}>
        {yTicks.map(([y, text]) => (
          <span key={text} className={css.yTick} style={{ bottom: percent(y) }}>
            {text}
          </span>
        ))}
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {yTicks.map(([y, text]) => (
            <line key={text} className={css.grid} x1="0" x2="1" y1={1 - y} y2={1 - y} />
          ))}
          {mark !== undefined && <line className={css.mark} x1={mark} x2={mark} y1="0" y2="1" />}
          {!waits &&
            lines.map(({ name, hue, points, faint, dashed }) => (
              <polyline
                key={name}
                points={points.map(([x, y]) => `${x},${1 - y}`).join(' ')}
                stroke={hue}
                data-faint={faint}
                data-dashed={dashed}
              />
            ))}
        </svg>
        {waits ? (
          <p className={css.waits}>{waits}</p>
        ) : (
          named.map(({ name, hue, points }, i) => (
            <span
              key={name}
              className={css.name}
              style={{ left: percent(points.at(-1)![0]), bottom: percent(places[i]!), color: hue }}
            >
              {name}
            </span>
          ))
        )}
        {dots &&
          !waits &&
          lines.flatMap(({ name, hue, points }) =>
            points.map(([x, y]) => (
              <i
                key={`${name} ${x}`}
                className={css.dot}
                style={{ left: percent(x), bottom: percent(y), background: hue }}
              />
            )),
          )}
        {xTicks.map(([x, text]) => (
          <span key={text} className={css.xTick} style={{ left: percent(x) }}>
            {text}
          </span>
        ))}
      </div>
      <p className={css.note}>{xName}</p>
    </div>
  );
}
