import { redoMask, undoMask } from '../store/masks';
import { maskOf, prunedLoss } from '../store/select';
import { Button } from '../widgets/button';
import { useApp } from '../widgets/use-app';
import { fixed, signed } from '../words/format';
import css from './summary-bar.module.css';

/** On a small screen, under the thumb: the loss, while the tower above is being pruned. */
export function SummaryBar() {
  const full = useApp((s) => s.open.full);
  const pruned = useApp(prunedLoss);
  const dropped = useApp((s) => maskOf(s).dropped.length);
  const undoable = useApp((s) => s.open.masks.past.length > 0);
  const redoable = useApp((s) => s.open.masks.future.length > 0);
  if (!full) return null;
  const now = pruned.status === 'current' ? pruned.scored : undefined;
  return (
    <div className={css.bar} aria-hidden="true">
      <span>
        <span className="soft">loss</span> {fixed(full.loss, 3)}
        {dropped > 0 && (
          <>
            {' → '}
            <strong className="worse">{now ? fixed(now.loss, 3) : pruned.status === 'computing' ? '…' : '–'}</strong>
            {now && <span className="worse"> {signed(now.loss - full.loss, 3)}</span>}
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
