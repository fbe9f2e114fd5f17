import { holdsZero } from '../../../pruning/paired-loss';
import { savingsOf } from '../../../pruning/savings';
import { forgetMask, keepMask, renameMask, takeMask, unpinMask } from '../../actions/shelf';
import type { Tried } from '../../store/shelf';
import { lossChange } from '../../store/verdict';
import { Button } from '../../widgets/button';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { percent, signed, signedPercent, whole } from '../../words/format';
import { droppedWords } from '../../words/units';
import { chosenWords, lossWords, nameOf } from './row-words';
import css from './shelf.module.css';

interface Props {
  readonly row: Tried;
  readonly tasks: readonly { readonly task: string; readonly title: string }[];
  readonly inForce: boolean;
  /** To be compared. */
  readonly chosen: boolean;
  onChoose(): void;
}

/** A mask that was tried: its name, what goes, what that cost and saves, and where to go on with it. */
export function ShelfRow({ row, tasks, inForce, chosen, onChoose }: Props) {
  const model = useApp((s) => s.open.model?.report);
  const { mask, results, pinned } = row;
  const saved = model && savingsOf(mask, model);
  const words = droppedWords(mask.dropped);
  const less = (fraction: number) => (fraction > 0 ? signedPercent(-fraction) : '–');
  return (
    <tr className={inForce ? css.inForce : ''}>
      <td>
        <input type="checkbox" checked={chosen} onChange={onChoose} aria-label={`Compare ${nameOf(row)}`} />
      </td>
      <th scope="row">
        <input
          key={row.name}
          className={css.name}
          defaultValue={row.name}
          placeholder={nameOf(row)}
          title={nameOf(row)}
          maxLength={60}
          aria-label={`Name of the mask without ${words}`}
          onBlur={(e) => renameMask(mask, e.target.value)}
          onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()}
        />
        <span className={css.about}>
          {[row.name && `without ${words}`, chosenWords(row), inForce && 'in force now'].filter(Boolean).join(', ')}
        </span>
      </th>
      <td data-label="Loss added">
        <LossCell row={row} />
      </td>
      {tasks.map(({ task, title }) => {
        const [, after] = results[task]?.report.results ?? [];
        return (
          <td key={task} data-label={title}>
            {after ? percent(after.accuracy) : '–'}
            {after && <span className={css.about}>of {whole(after.n)}</span>}
          </td>
        );
      })}
      <td data-label="Parameters">{saved && less(saved.parameterFraction)}</td>
      <td data-label="KV cache">{saved && less(saved.kvFraction)}</td>
      <td>
        <div className={css.actions}>
          <TextButton onClick={() => takeMask(mask)}>Drop these</TextButton>
          <TextButton onClick={() => takeMask(mask, { view: 'curves' })}>Curves</TextButton>
          <TextButton onClick={() => takeMask(mask, { view: 'texts' })}>Texts</TextButton>
          <TextButton onClick={() => takeMask(mask, { view: 'tasks' })}>Tasks</TextButton>
          <TextButton onClick={() => takeMask(mask, { tab: 'export' })}>Export</TextButton>
          <Button
            look="quiet"
            icon="pin"
            aria-pressed={pinned}
            aria-label={`Pin ${nameOf(row)}`}
            onClick={() => (pinned ? unpinMask(mask) : keepMask(mask))}
          />
          <Button
            look="quiet"
            icon="close"
            aria-label={`Remove ${nameOf(row)}`}
            title={inForce ? 'The mask in force stays listed' : undefined}
            disabled={inForce}
            onClick={() => forgetMask(mask)}
          />
        </div>
      </td>
    </tr>
  );
}

/** Grey where the loss may not have changed at all. */
function LossCell({ row }: { row: Tried }) {
  if (!row.loss) return <span className="soft">not measured</span>;
  const { full, pruned, text } = row.loss;
  const { change = 0, interval } = lossChange(full, pruned);
  const judged = interval && !holdsZero(interval) ? (change > 0 ? 'worse' : 'better') : '';
  return (
    <>
      <span className={judged}>{lossWords(row)}</span>
      {interval && (
        <span className={css.about}>
          {signed(interval[0])} to {signed(interval[1])}
        </span>
      )}
      <span className={css.about}>
        {text}
        {pruned.origin.kind === 'shipped' && ', beforehand'}
      </span>
    </>
  );
}
