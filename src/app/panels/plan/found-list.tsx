import type { ModelReport } from '../../../lab/contract';
import { type Goal, isWithin } from '../../../pruning/goal';
import { maskFromSublayers, sameMask } from '../../../pruning/mask';
import { savingsOf } from '../../../pruning/savings';
import { applyPoint } from '../../actions/curves';
import { highlight } from '../../store/notify';
import { maskOf } from '../../store/select';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { curveName } from '../../words/curve-names';
import { percent, signed, upperFirst } from '../../words/format';
import { droppedWords } from '../../words/units';
import type { Found } from './found';
import css from './plan.module.css';

interface Props {
  readonly goal: Goal;
  readonly found: readonly Found[];
  readonly model: ModelReport;
}

/** The best mask found, with its run-ups: what goes, what it costs and saves, before it is taken. */
export function FoundList({ goal, found, model }: Props) {
  const mixed = new Set(found.map(({ curve }) => curve.text)).size > 1;
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
              key={one.curve.id}
              one={one}
              goal={goal}
              model={model}
              first={one.curve.text !== found[i - 1]?.curve.text}
              top={i === 0}
              named={mixed}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly one: Found;
  readonly goal: Goal;
  readonly model: ModelReport;
  /** The cheapest on its text, and of all that are listed the first. */
  readonly first: boolean;
  readonly top: boolean;
  /** Whether to say on which text, others being of others. */
  readonly named: boolean;
}

function Row({ one, goal, model, first, top, named }: RowProps) {
  const mask = maskFromSublayers(model.blocks, one.dropped);
  const here = useApp((s) => sameMask({ blocks: model.blocks, dropped: maskOf(s).dropped }, mask));
  const { parameterFraction, kvFraction } = savingsOf(mask, model);
  const { added } = one.point;
  const certain = !added || added[0] > 0 || added[1] < 0;
  const name = upperFirst(curveName(one.curve));
  return (
    <tr
      data-over={!isWithin(goal, one)}
      onPointerEnter={() => highlight(one.dropped)}
      onPointerLeave={() => highlight(undefined)}
    >
      <th scope="row">
        {first && isWithin(goal, one) && <span className={css.best}>Best found{named && ` on ${one.curve.text}`}</span>}
        {upperFirst(droppedWords(one.dropped))}
        <span className={css.way}>
          {name}
          {named && `, on ${one.curve.text}`}
        </span>
      </th>
      <td className={certain ? (one.added > 0 ? 'worse' : 'better') : 'soft'}>
        {Number.isFinite(one.added) ? signed(one.added, 3) : 'not finite'}
        {added && (
          <span className={css.interval} title="95%, over windows; grey where it holds no change">
            {signed(added[0], 3)} to {signed(added[1], 3)}
          </span>
        )}
      </td>
      <td className={css.saved} data-of="parameters">
        {percent(-parameterFraction)}
      </td>
      <td className={css.saved} data-of="KV cache">
        {percent(-kvFraction)}
      </td>
      <td>
        {here ? (
          <span className="soft">in the tower</span>
        ) : (
          <Button
            look={top && isWithin(goal, one) ? 'primary' : 'plain'}
            aria-label={`Apply: ${droppedWords(one.dropped)}`}
            onClick={() => applyPoint(one.curve, one.point)}
          >
            Apply
          </Button>
        )}
      </td>
    </tr>
  );
}
