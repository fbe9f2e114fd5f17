import { holdsZero } from '../../../pruning/paired-loss';
import { holdAgainst } from '../../actions/generate';
import { titleOf } from '../../actions/offered';
import { takeMask } from '../../actions/shelf';
import type { Tried } from '../../store/shelf';
import { Button } from '../../widgets/button';
import { percent, signed, whole } from '../../words/format';
import { droppedWords } from '../../words/units';
import { compareTried } from './compare';
import { nameOf } from './row-words';
import css from './shelf.module.css';

/** Two masks held against each other, the second as a change of the first. */
export function CompareMasks({ first, second }: { first: Tried; second: Tried }) {
  const { onlyFirst, onlySecond, loss, tasks } = compareTried(first, second);
  const [a, b] = [nameOf(first), nameOf(second)];
  return (
    <section className={css.compare} aria-label="Two masks compared">
      <h3>
        {b} against {a}
      </h3>
      <p>
        {onlySecond.length > 0 && `Drops besides: ${droppedWords(onlySecond)}. `}
        {onlyFirst.length > 0 && `Keeps: ${droppedWords(onlyFirst)}. `}
        <LossBetween loss={loss} />
      </p>
      <Button
        onClick={() => {
          holdAgainst(first.mask);
          takeMask(second.mask, { view: 'texts' });
        }}
      >
        Their texts side by side
      </Button>
      {tasks.length > 0 && (
        <ul>
          {tasks.map(({ task, first: one, second: other, alike }) => (
            <li key={task}>
              {titleOf(task)}: {percent(other.accuracy)} ({percent(other.interval[0], 0)} to{' '}
              {percent(other.interval[1], 0)}) against {percent(one.accuracy)} ({percent(one.interval[0], 0)} to{' '}
              {percent(one.interval[1], 0)})
              {alike
                ? `, the same ${whole(one.n)} items`
                : '. They were asked other items, or otherwise: run both alike'}
              .
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function LossBetween({ loss }: { loss: ReturnType<typeof compareTried>['loss'] }) {
  if (!loss) return <span className="soft">Not both losses are known.</span>;
  if (loss === 'other text') return <span className="soft">Their losses are of two texts, and not compared.</span>;
  const { difference, interval } = loss;
  const sure = interval && !holdsZero(interval);
  return (
    <>
      Its loss is <strong className={sure ? (difference > 0 ? 'worse' : 'better') : ''}>{signed(difference)}</strong>{' '}
      nats per token
      {interval && ` (${signed(interval[0])} to ${signed(interval[1])}${sure ? '' : ', which may be chance'})`}.
    </>
  );
}
