import { useState } from 'react';
import { clearShelf } from '../../actions/shelf';
import { maskOf } from '../../store/select';
import { maskId, triedIn } from '../../store/shelf';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { CompareMasks } from './compare-masks';
import { tasksOf } from './row-words';
import css from './shelf.module.css';
import { ShelfRow } from './shelf-row';

/** Every mask that was tried on this model, the newest first and pinned ones above; any two held against each other. */
export default function ShelfTable() {
  const shelf = useApp((s) => s.open.shelf);
  const present = triedIn(shelf, useApp(maskOf));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const newest = shelf.toReversed();
  const rows = [...newest.filter((row) => row.pinned), ...newest.filter((row) => !row.pinned)];
  const tasks = tasksOf(shelf);
  const pair = chosen.flatMap((id) => shelf.find((row) => maskId(row.mask) === id) ?? []);
  const toggle = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((other) => other !== id) : [...now, id].slice(-2)));
  if (shelf.length === 0) return <p className="soft">Drop a layer: every mask you try is listed here.</p>;
  return (
    <>
      <p className="small soft">
        Pinned masks stay, also for the next visit; of the others the oldest make way. Choose two to hold them against
        each other. Pinned ones that were asked tasks stand side by side under Cost, Tasks.
      </p>
      <div className={css.scroll}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Compare</span>
              </th>
              <th scope="col">Mask</th>
              <th scope="col">Loss added</th>
              {tasks.map(({ task, title }) => (
                <th key={task} scope="col">
                  {title}
                </th>
              ))}
              <th scope="col">Parameters</th>
              <th scope="col">KV cache</th>
              <th scope="col">Go on with it</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const id = maskId(row.mask);
              return (
                <ShelfRow
                  key={id}
                  row={row}
                  tasks={tasks}
                  inForce={row === present}
                  chosen={chosen.includes(id)}
                  onChoose={() => toggle(id)}
                />
              );
            })}
          </tbody>
        </table>
      </div>
      {pair.length === 2 && <CompareMasks first={pair[0]!} second={pair[1]!} />}
      <Button disabled={shelf.every((row) => row.pinned)} onClick={clearShelf}>
        Clear all that are not pinned
      </Button>
    </>
  );
}
