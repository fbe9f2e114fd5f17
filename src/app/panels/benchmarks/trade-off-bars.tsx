import type { Accuracy, EvalReport } from '../../../lab/contract';
import { percent } from '../../words/format';
import css from './trade-off.module.css';

/** A model on a task. */
export interface Bar {
  readonly name: string;
  /** Which of the series' colours it has. */
  readonly series: number;
  readonly result: Accuracy;
  /** Of the difference from the full model on the same items. */
  readonly p?: number;
  readonly tooFew?: EvalReport['tooFew'];
}

export interface BarGroup {
  readonly title: string;
  readonly chance: number;
  readonly bars: readonly Bar[];
}

interface Props {
  /** Of all series. */
  readonly names: readonly string[];
  readonly groups: readonly BarGroup[];
}

const BAR = 14;
const GAP = 18;
const LABEL = 150;
const WIDTH = 760;
const SCALE = WIDTH - LABEL - 110;
const COLOURS = 6;

/** For each task a bar for each mask, with its 95% interval and a tick at chance. */
export function TradeOffBars({ names, groups }: Props) {
  const x = (share: number) => LABEL + share * SCALE;
  const heightOf = ({ bars }: BarGroup) => bars.length * BAR + GAP;
  const height = groups.reduce((sum, g) => sum + heightOf(g), 24);
  let next = GAP / 2;
  return (
    <div className={css.bars}>
      <ul className={css.legend} aria-hidden="true">
        {names.map((name, i) => (
          <li key={name}>
            <i data-series={i % COLOURS} />
            {name}
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
        {groups.map((group) => {
          const { title, chance, bars } = group;
          const top = next;
          next += heightOf(group);
          return (
            <g key={title}>
              <text x={LABEL - 10} y={top + (bars.length * BAR) / 2 + 4} textAnchor="end">
                {title}
              </text>
              {bars.map(({ name, series, result: { n, accuracy, interval }, tooFew }, i) => {
                if (n === 0) return null;
                const y = top + i * BAR;
                const [low, high] = interval;
                const words = `${name}, ${title}: ${percent(accuracy)} (${percent(low)} to ${percent(high)}, n = ${n})`;
                return (
                  <g key={name}>
                    <title>{tooFew ? `${words}. ${tooFew.message}` : words}</title>
                    <rect
                      x={LABEL}
                      y={y + 1}
                      width={Math.max(1, accuracy * SCALE)}
                      height={BAR - 3}
                      data-series={series % COLOURS}
                    />
                    <line x1={x(low)} x2={x(high)} y1={y + BAR / 2} y2={y + BAR / 2} className={css.whisker} />
                    <text x={x(high) + 6} y={y + BAR - 3}>
                      {percent(accuracy, 0)}
                      {tooFew && ', cannot be told apart'}
                    </text>
                  </g>
                );
              })}
              {chance > 0 && (
                <line x1={x(chance)} x2={x(chance)} y1={top - 2} y2={top + bars.length * BAR} className={css.chance} />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
