import { type KeyboardEvent, memo, useRef } from 'react';
import type { InfluenceMetric } from '../../../lab/contract';
import { colourAt } from '../../charts/scale';
import { useWidth } from '../../charts/use-width';
import { METRIC_WORDS } from '../../words/metrics';
import css from './agreement.module.css';
import { correlation } from './agreement-words';

export interface Pair {
  readonly row: number;
  readonly column: number;
}

interface Props {
  readonly label: string;
  readonly metrics: readonly InfluenceMetric[];
  /** [row][column], -1 to 1; NaN where one of the two has no order. */
  readonly correlations: readonly (readonly number[])[];
  readonly chosen: Pair;
  onChoose(pair: Pair): void;
}

const CELL = { least: 36, most: 54, height: 30 };
const LETTER = 7;

/** Every metric against every other, below the diagonal. A cell chooses its pair; arrow keys walk. */
export const Matrix = memo(function Matrix({ label, metrics, correlations, chosen, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const names = metrics.map((m) => METRIC_WORDS[m].short);
  const longest = Math.max(...names.map((n) => n.length)) * LETTER;
  const left = longest + 10;
  const cell = Math.max(CELL.least, Math.min(CELL.most, Math.floor((width - left) / (names.length - 1))));
  // Names of columns lean to the right of the last one.
  const lean = Math.ceil(longest * 0.72);
  const size = {
    width: left + (names.length - 1) * cell + lean,
    height: (names.length - 1) * CELL.height + lean + 14,
  };
  const walk = (e: KeyboardEvent) => {
    const next = step(chosen, e.key, names.length);
    if (!next) return;
    e.preventDefault();
    onChoose(next);
    const target = `[data-cell="${next.row}/${next.column}"]`;
    requestAnimationFrame(() => box.current?.querySelector<SVGElement>(target)?.focus());
  };
  return (
    <div ref={box} className={css.matrix}>
      {width > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: there is no element for a group of drawn things.
        <svg width={size.width} height={size.height} role="group" aria-label={label} onKeyDown={walk}>
          {names.slice(1).map((name, i) => (
            <text key={name} x={left - 8} y={(i + 0.5) * CELL.height} textAnchor="end" dominantBaseline="central">
              {name}
            </text>
          ))}
          {names.slice(0, -1).map((name, c) => (
            <text
              key={name}
              transform={`translate(${left + (c + 0.5) * cell} ${(names.length - 1) * CELL.height + 12}) rotate(-45)`}
              textAnchor="end"
              dominantBaseline="central"
            >
              {name}
            </text>
          ))}
          {correlations.flatMap((row, r) =>
            row.slice(0, r).map((value, c) => {
              const known = Number.isFinite(value);
              const colour = known ? colourAt(value) : undefined;
              const on = chosen.row === r && chosen.column === c;
              return (
                // biome-ignore lint/a11y/useSemanticElements: a drawn button.
                <g
                  key={`${metrics[r]}/${metrics[c]}`}
                  className={css.cell}
                  transform={`translate(${left + c * cell} ${(r - 1) * CELL.height})`}
                  role="button"
                  tabIndex={on ? 0 : -1}
                  aria-pressed={on}
                  aria-label={`${names[r]} and ${names[c]}: ${known ? correlation(value) : 'no order to compare'}`}
                  data-cell={`${r}/${c}`}
                  onClick={() => onChoose({ row: r, column: c })}
                >
                  <rect width={cell - 2} height={CELL.height - 2} rx={3} fill={colour?.background ?? 'var(--sunken)'} />
                  <text
                    x={cell / 2 - 1}
                    y={CELL.height / 2 - 1}
                    textAnchor="middle"
                    dominantBaseline="central"
                    style={{ fill: colour?.ink ?? 'var(--ink-soft)' }}
                  >
                    {known ? correlation(value) : '–'}
                  </text>
                </g>
              );
            }),
          )}
        </svg>
      )}
    </div>
  );
});

/** Within the triangle below the diagonal. */
function step({ row, column }: Pair, key: string, metrics: number): Pair | undefined {
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
  };
  const move = moves[key];
  if (!move) return undefined;
  const next = { row: row + move[0], column: column + move[1] };
  return next.row < metrics && next.column >= 0 && next.column < next.row ? next : undefined;
}
