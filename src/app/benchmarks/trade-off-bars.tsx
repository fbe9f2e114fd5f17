import type { Accuracy } from '../../lab/contract';
import { percent } from '../format';
import css from './benchmarks.module.css';
import { taskOf, titleOf } from './offered';

interface Props {
  readonly masks: readonly { readonly name: string; readonly results: Readonly<Record<string, Accuracy>> }[];
  readonly tasks: readonly string[];
}

const BAR = 14;
const GAP = 18;
const LABEL = 150;
const WIDTH = 760;
const SCALE = WIDTH - LABEL - 60;

/** For each task a bar for each mask, with its 95% interval and a tick at chance. */
export function TradeOffBars({ masks, tasks }: Props) {
  const group = masks.length * BAR + GAP;
  const height = tasks.length * group + 24;
  const x = (share: number) => LABEL + share * SCALE;
  return (
    <div className={css.bars}>
      <ul className={css.legend} aria-hidden="true">
        {masks.map((m, i) => (
          <li key={m.name}>
            <i data-series={i % 6} />
            {m.name}
          </li>
        ))}
      </ul>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label="Accuracy of each mask on each task, with 95% intervals"
      >
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={0} y2={height - 22} className={css.grid} />
            <text x={x(tick)} y={height - 6} textAnchor="middle">
              {percent(tick, 0)}
            </text>
          </g>
        ))}
        {tasks.map((task, t) => {
          const top = t * group + GAP / 2;
          const chance = taskOf(task)?.chance ?? 0;
          return (
            <g key={task}>
              <text x={LABEL - 10} y={top + (masks.length * BAR) / 2 + 4} textAnchor="end">
                {titleOf(task)}
              </text>
              {masks.map(({ name, results }, m) => {
                const result = results[task];
                if (!result || result.n === 0) return null;
                const y = top + m * BAR;
                const [low, high] = result.interval;
                return (
                  <g key={name}>
                    <title>{`${name}, ${titleOf(task)}: ${percent(result.accuracy)} (${percent(low)} to ${percent(high)}, n = ${result.n})`}</title>
                    <rect
                      x={LABEL}
                      y={y + 1}
                      width={Math.max(1, result.accuracy * SCALE)}
                      height={BAR - 3}
                      data-series={m % 6}
                    />
                    <line x1={x(low)} x2={x(high)} y1={y + BAR / 2} y2={y + BAR / 2} className={css.whisker} />
                    <text x={x(high) + 6} y={y + BAR - 3}>
                      {percent(result.accuracy, 0)}
                    </text>
                  </g>
                );
              })}
              {chance > 0 && (
                <line x1={x(chance)} x2={x(chance)} y1={top - 2} y2={top + masks.length * BAR} className={css.chance} />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
