import { parseDropList } from '../../../../pruning/drop-list';
import type { Facts } from '../../../words/lessons/facts';
import type { Figure } from '../../../words/lessons/lesson';
import { METHOD_WORDS } from '../../../words/recovery';
import { droppedBriefly } from '../../../words/units';
import { Bar } from './bar';
import css from './figures.module.css';

type Props = Omit<Extract<Figure, { readonly kind: 'mend' }>, 'kind'> & { readonly facts: Facts };

/** The loss with nothing in a gap and with what may stand there, on text that it was not fitted on. */
export function MendFigure({ drop, source, shown, both, facts }: Props) {
  const { full, pruned, by } = facts.mended(drop, source);
  const rows = [
    // Twice as many bars leave a board no room for a third pair.
    ...(both ? [] : [{ name: 'all layers', loss: full }]),
    { name: 'empty gap', loss: pruned },
    ...shown.map((i) => ({ name: nameOf(by[i]!), loss: by[i]!.loss })),
  ];
  const most = 1.08 * Math.max(...rows.flatMap(({ loss }) => loss));
  return (
    <>
      <figcaption>
        Loss without {droppedBriefly(parseDropList(drop, facts.blocks))}, and with something in its place
      </figcaption>
      <div className={css.meter}>
        {rows.map(({ name, loss }, i) => (
          <div key={name} className={css.mended}>
            {both && <Bar name={`${name}, seen`} value={loss[0]} most={most} faint />}
            <Bar name={both ? 'unseen' : name} value={loss[1]} most={most} hatched={both || i > 0} />
          </div>
        ))}
      </div>
      <p className={css.note}>
        {both
          ? 'seen: the text that was fitted on; unseen: the rest'
          : 'on the half of the text that was not fitted on'}
        {shown.length === 0 && '; what stands in comes with the answer'}
      </p>
    </>
  );
}

/** "mean update", "map, rank 8", "trained, rank 8" */
const nameOf = ({ method, rank }: ReturnType<Facts['mended']>['by'][number]): string =>
  method === 'distill' ? `trained, rank ${rank}` : rank ? `map, rank ${rank}` : METHOD_WORDS[method].name;
