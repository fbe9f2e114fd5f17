import { canMeasure } from '../../store/measuring';
import { thirdOf } from '../../store/third';
import { verdictOf } from '../../store/verdict';
import { useApp } from '../../widgets/use-app';
import { fixed, percent, signed } from '../../words/format';
import css from './verdict.module.css';

/** The third model beside the full and the pruned one: what stands in the gap, and what it wins back. */
export function Third() {
  const third = useApp(thirdOf);
  const able = useApp(canMeasure);
  const { full, pruned } = useApp(verdictOf);
  if (!third) return null;
  const { scored, strength, name } = third;
  const current = scored?.strength === strength ? scored : undefined;
  const damage = full && pruned ? pruned.loss - full.loss : 0;
  const waiting = able ? 'computing…' : 'its loss has not been measured.';
  return (
    <p className={css.source} aria-live="polite">
      With a {name} in the gap:{' '}
      {current && full ? (
        <>
          loss <span data-testid="recovered-loss">{fixed(current.loss)}</span>, {signed(current.loss - full.loss)} on
          the full model
          {pruned && damage > 0 && `; ${percent((pruned.loss - current.loss) / damage, 0)} of the damage undone`}
        </>
      ) : (
        waiting
      )}
    </p>
  );
}
