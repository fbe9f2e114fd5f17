import { holdsZero } from '../../pruning/paired-loss';
import { redoMask, undoMask } from '../store/masks';
import { verdictOf } from '../store/verdict';
import { Button } from '../widgets/button';
import { useApp } from '../widgets/use-app';
import { fixed, signed } from '../words/format';
import css from './summary-bar.module.css';

/** On a small screen, under the thumb: what the mask costs, while the tower above is being pruned. */
export function SummaryBar() {
  const { full, change, interval, standing, answers, mask } = useApp(verdictOf);
  const undoable = useApp((s) => s.open.masks.past.length > 0);
  const redoable = useApp((s) => s.open.masks.future.length > 0);
  if (!full) return null;
  const { difference } = answers;
  return (
    <div className={css.bar} aria-hidden="true">
      <span>
        <span className="soft">loss</span>{' '}
        {mask.dropped.length === 0 ? (
          fixed(full.loss, 3)
        ) : change === undefined ? (
          standing === 'computing' ? (
            '…'
          ) : (
            '–'
          )
        ) : (
          <strong className={judged(change, interval)}>{signed(change, 3)}</strong>
        )}
        {difference && (
          <>
            {', '}
            <span className={judged(-difference.mean, difference.interval)}>
              {signed(100 * difference.mean, 0)} pts
            </span>
          </>
        )}
      </span>
      <span className={css.tools}>
        <Button look="quiet" icon="undo" tabIndex={-1} disabled={!undoable} onClick={undoMask} />
        <Button look="quiet" icon="redo" tabIndex={-1} disabled={!redoable} onClick={redoMask} />
      </span>
    </div>
  );
}

/** Grey where it may be chance. `loss` is what a rise of is worse; its sign and its interval's ends are what counts. */
function judged(loss: number, interval?: readonly [number, number]): string | undefined {
  if (interval && holdsZero(interval)) return 'soft';
  return loss > 0 ? 'worse' : 'better';
}
