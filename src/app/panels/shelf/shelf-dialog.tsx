import { Dialog } from '../../widgets/dialog';
import { Late, late } from '../../widgets/late';

const ShelfTable = late(() => import('./shelf-table'));

/** The shelf, over the page: a drawer on a phone. */
export function ShelfDialog() {
  return (
    <Dialog name="shelf" title="Masks tried" wide>
      <Late waiting="Loading…">
        <ShelfTable />
      </Late>
    </Dialog>
  );
}
