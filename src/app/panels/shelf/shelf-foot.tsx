import { keepMask, takeMask, unpinMask } from '../../actions/shelf';
import { maskOf } from '../../store/select';
import { maskId, triedIn } from '../../store/shelf';
import { Button } from '../../widgets/button';
import { openDialog } from '../../widgets/dialog';
import { useApp } from '../../widgets/use-app';
import { lossWords, nameOf } from './row-words';
import css from './shelf.module.css';

/** Pinned masks that there is room for; the others are in the drawer. */
const SHOWN = 2;

/** At the foot of the tower: pin the mask in force, bring a pinned one back, open the shelf. */
export function ShelfFoot() {
  const shelf = useApp((s) => s.open.shelf);
  const mask = useApp(maskOf);
  const present = triedIn(shelf, mask);
  const pinned = shelf.filter((row) => row.pinned).slice(-SHOWN);
  const isPinned = present?.pinned === true;
  return (
    <section className={css.foot} aria-label="Masks tried">
      <Button
        look="quiet"
        icon="pin"
        aria-pressed={isPinned}
        aria-label="Pin this mask"
        title={isPinned ? 'Pinned: click to unpin it' : 'Pin this mask, to come back to it'}
        disabled={mask.dropped.length === 0}
        onClick={() => (isPinned ? unpinMask(mask) : keepMask())}
      />
      {pinned.map((row) => (
        <button
          key={maskId(row.mask)}
          type="button"
          className={css.chip}
          aria-current={row === present}
          title={`Drop these: ${nameOf(row)}`}
          onClick={() => takeMask(row.mask)}
        >
          <span>{nameOf(row)}</span> {lossWords(row)}
        </button>
      ))}
      <Button
        look="quiet"
        disabled={shelf.length === 0}
        aria-label={`Masks tried (${shelf.length})`}
        onClick={() => openDialog('shelf')}
      >
        {shelf.length === 0 ? 'No masks tried yet' : `${pinned.length > 0 ? 'All' : 'Masks tried'} (${shelf.length})`}
      </Button>
    </section>
  );
}
