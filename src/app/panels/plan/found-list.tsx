import type { ModelReport } from '../../../lab/contract';
import { type Budget, isWithin } from '../../../pruning/budgets';
import { go } from '../../store/go';
import { highlight } from '../../store/notify';
import { maskOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { Button } from '../../widgets/button';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { percent, signed, upperFirst } from '../../words/format';
import { droppedWords } from '../../words/units';
import css from './plan.module.css';
import { isInTower, type Spot } from './spots';

interface Props {
  readonly budgets: readonly Budget[];
  readonly found: readonly Spot[];
  readonly model: ModelReport;
  onApply(spot: Spot): void;
  onKeep(spot: Spot): void;
}

/** The best mask found, with its run-ups: what goes, what it costs and saves, before it is taken. */
export function FoundList({ budgets, found, model, onApply, onKeep }: Props) {
  return (
    <div className={css.scroll}>
      <table className={css.found} aria-label="Masks that save enough">
        <thead>
          <tr>
            <th scope="col">Without</th>
            <th scope="col" title="Nats per token more than the full model">
              Loss
            </th>
            <th scope="col">Parameters</th>
            <th scope="col">KV cache</th>
            <th>
              <span className="visually-hidden">Take it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map((one, i) => (
            <Row
              key={`${one.how} ${one.added}`}
              one={one}
              model={model}
              within={isWithin(budgets, one.saved, one.added)}
              top={i === 0}
              onApply={onApply}
              onKeep={onKeep}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Pick<Props, 'model' | 'onApply' | 'onKeep'> {
  readonly one: Spot;
  readonly within: boolean;
  readonly top: boolean;
}

function Row({ one, model, within, top, onApply, onKeep }: RowProps) {
  const here = useApp((s) => isInTower(one, { blocks: model.blocks, dropped: maskOf(s).dropped }, thirdOf(s)));
  const { interval, added, saved, plan } = one;
  const certain = !interval || interval[0] > 0 || interval[1] < 0;
  const words = droppedWords(one.dropped);
  const stands = plan?.point.modules ?? [];
  return (
    <tr data-over={!within} onPointerEnter={() => highlight(one.dropped)} onPointerLeave={() => highlight(undefined)}>
      <th scope="row">
        {top && within && <span className={css.best}>Best found</span>}
        {upperFirst(words)}
        <span className={css.way}>
          {upperFirst(one.how)}
          {stands.length > 0 &&
            `; with ${stands.map(({ unit, rank }) => `${rank ? `a map of rank ${rank}` : 'the mean update'} for ${droppedWords(unit)}`).join(', ')}`}
        </span>
      </th>
      <td className={certain ? (added > 0 ? 'worse' : 'better') : 'soft'}>
        {Number.isFinite(added) ? signed(added, 3) : 'not finite'}
        {interval && (
          <span className={css.interval} title="95%, over windows; grey where it holds no change">
            {signed(interval[0], 3)} to {signed(interval[1], 3)}
          </span>
        )}
      </td>
      <td className={css.saved} data-of="parameters">
        {percent(-saved.params)}
      </td>
      <td className={css.saved} data-of="KV cache">
        {percent(-saved.kv)}
      </td>
      <td>
        <Button
          look="quiet"
          aria-label={`Put on the shelf: ${words}`}
          title="Put on the shelf"
          onClick={() => onKeep(one)}
        >
          Keep
        </Button>{' '}
        {here ? (
          <span className={css.here}>
            in the tower
            <TextButton title="Asked beside the full model on the benchmarks" onClick={() => go({ view: 'tasks' })}>
              ask it tasks
            </TextButton>
          </span>
        ) : (
          <Button
            look={top && within ? 'primary' : 'plain'}
            aria-label={`Apply: ${words}`}
            onClick={() => onApply(one)}
          >
            Apply
          </Button>
        )}
      </td>
    </tr>
  );
}
