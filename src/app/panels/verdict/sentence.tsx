import type { Verdict } from '../../store/verdict';
import { signed } from '../../words/format';
import { droppedBriefly } from '../../words/units';
import { lossWords } from '../../words/verdict';
import css from './verdict.module.css';

/** The verdict in words. A screen reader hears this, and not the numbers beside it as they change. */
export function Sentence({ verdict: { mask, change, interval, standing, answers } }: { verdict: Verdict }) {
  if (mask.blocks === 0) return <p className={css.sentence}>The bundled model is on its way.</p>;
  if (mask.dropped.length === 0) {
    return <p className={css.sentence}>Click a layer: how much worse do the guesses get?</p>;
  }
  const { difference } = answers;
  const told =
    change !== undefined
      ? `${lossWords(change, interval)}${difference ? `${pointsWords(difference.mean, difference.interval)}` : ''}.`
      : standing === 'computing'
        ? '…'
        : standing === 'failed'
          ? 'could not be measured.'
          : 'was not measured beforehand.';
  return (
    <p className={css.sentence} aria-live="polite">
      Without <strong>{droppedBriefly(mask.dropped)}</strong> the model {told}
    </p>
  );
}

function pointsWords(mean: number, [low, high]: readonly [number, number]): string {
  if (low <= 0 && high >= 0) return ', and answers no differently that these items could show';
  return `, and has ${signed(100 * Math.abs(mean), 0).slice(1)} points ${mean < 0 ? 'fewer' : 'more'} right`;
}
