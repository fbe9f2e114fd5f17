import type { Accuracy, EvalGroup } from '../../../lab/contract';
import { percent, signed } from '../../words/format';
import css from './results.module.css';

interface Props {
  readonly groups: readonly EvalGroup[];
  /** Mean over subjects, by mask. */
  readonly macro?: readonly number[];
  /** Every item alike, by mask. */
  readonly micro: readonly Accuracy[];
}

/** MMLU by group and subject, each with its 95% interval, and both averages people quote. */
export function GroupTable({ groups, macro, micro }: Props) {
  const paired = micro.length > 1;
  const third = micro.length > 2;
  const rows = [...groups].sort((a, b) => Number(a.kind === 'subject') - Number(b.kind === 'subject'));
  return (
    <details className={css.groups}>
      <summary>
        By subject and group
        {macro && (
          <span className="small soft">
            {' '}
            micro average {micro.map((a) => percent(a.accuracy)).join(' against ')}; mean over subjects{' '}
            {macro.map((m) => percent(m)).join(' against ')}
          </span>
        )}
      </summary>
      <table className={css.choices}>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">n</th>
            <th scope="col">Full</th>
            {paired && <th scope="col">Pruned</th>}
            {paired && <th scope="col">Change</th>}
            {third && <th scope="col">Recovered</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, kind, results: [full, pruned, recovered] }) => (
            <tr key={`${kind} ${name}`} className={kind === 'group' ? css.group : undefined}>
              <th scope="row">{name.replaceAll('_', ' ')}</th>
              <td>{full!.n}</td>
              <Share of={full!} />
              {paired && (pruned ? <Share of={pruned} /> : <td />)}
              {paired && <td>{pruned && signed(100 * (pruned.accuracy - full!.accuracy), 1)}</td>}
              {third && (recovered ? <Share of={recovered} /> : <td />)}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Share({ of: { accuracy, interval } }: { of: Accuracy }) {
  return (
    <td>
      {percent(accuracy)}
      <span className={css.bounds}>
        {percent(interval[0], 0)} to {percent(interval[1], 0)}
      </span>
    </td>
  );
}
