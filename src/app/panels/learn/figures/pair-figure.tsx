import { change, cost, type Facts, lowestFirst, nats } from '../../../words/lessons/facts';
import css from './figures.module.css';

/** Those that the lesson speaks of. */
const TOLD = [0, 7, 10];
/** A row's height. */
const ROW = 1.25;

/** Attention layers in the order of two measures, the most at the top; where a line crosses others, the two disagree. */
export function PairFigure({ facts, blind }: { facts: Facts; blind?: boolean }) {
  const turn = lowestFirst(facts, 'cosine', 'attn').toReversed();
  const costs = lowestFirst(facts, 'loo-loss', 'attn').toReversed();
  const y = (order: readonly number[], block: number) => `${(order.indexOf(block) + 0.5) * ROW}em`;
  return (
    <>
      <figcaption>Attention layers in two orders</figcaption>
      <div className={css.orders}>
        <ol className={css.order} aria-label="By how far they turn the stream, the most first">
          <li className={css.head}>turns</li>
          {turn.map((b) => (
            <li key={b} data-told={TOLD.includes(b)}>
              {nats(facts.value('cosine', 'attn', b))} <b>{b}</b>
            </li>
          ))}
        </ol>
        <svg className={css.slopes} style={{ height: `${ROW * facts.blocks}em` }} aria-hidden="true">
          {!blind &&
            turn.map((b) => (
              <line key={b} x1="0" x2="100%" y1={y(turn, b)} y2={y(costs, b)} data-told={TOLD.includes(b)} />
            ))}
        </svg>
        {blind ? (
          <p className={css.waits}>What each costs comes with the answer.</p>
        ) : (
          <ol className={css.order} aria-label="By what they cost alone, the most first">
            <li className={css.head}>costs</li>
            {costs.map((b) => (
              <li key={b} data-told={TOLD.includes(b)}>
                <b>{b}</b> {change(cost(facts, 'attn', b))}
              </li>
            ))}
          </ol>
        )}
      </div>
    </>
  );
}
