import { canMeasure } from '../../store/measuring';
import { thirdOf } from '../../store/third';
import { thirdLossOf } from '../../store/third-loss';
import { useApp } from '../../widgets/use-app';
import { fixed, percent } from '../../words/format';
import { WORSE_THAN_REMOVAL } from '../../words/recovery';
import css from './verdict.module.css';

/** The third model beside the full and the pruned one: what stands in the gap, and what it wins back. */
export function Third() {
  const third = useApp(thirdOf);
  const able = useApp(canMeasure);
  const loss = useApp(thirdLossOf);
  if (!third) return null;
  const waiting = able ? 'computing…' : 'its loss has not been measured.';
  return (
    <p className={`${css.source} ${css.third}`} aria-live="polite">
      With a {third.name} in the gap:{' '}
      {loss ? (
        <>
          loss <span data-testid="recovered-loss">{fixed(loss.scored.loss)}</span>
          {(loss.worse || loss.undone) && ', '}
          {loss.worse ? (
            <span className="worse">{WORSE_THAN_REMOVAL}</span>
          ) : (
            loss.undone && `${percent(loss.undone.share, 0)} of the damage undone`
          )}
        </>
      ) : (
        waiting
      )}
    </p>
  );
}
