import { savingsOf } from '../../../pruning/savings';
import { modulesOf } from '../../store/recovery';
import { maskOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { useApp } from '../../widgets/use-app';
import { bytes, count, signedPercent, whole } from '../../words/format';
import css from './comparison.module.css';
import { Blank, Row } from './row';

/** What the mask does without: known from the model's shape, nothing has to be computed. */
export function SavingsRows() {
  const model = useApp((s) => s.open.model?.report);
  const mask = useApp(maskOf);
  const third = useApp(thirdOf);
  if (!model) return null;
  const saved = savingsOf(mask, model);
  const recovered = third && savingsOf(mask, model, modulesOf(third));
  const kv = model.kvBytesPerTokenPerBlock * model.blocks;
  const change = (fraction: number) => (fraction > 0 ? signedPercent(-fraction) : <Blank />);
  return (
    <tbody>
      <Row
        name="Parameters"
        full={count(model.parameters)}
        pruned={count(model.parameters - saved.parameters)}
        change={change(saved.parameterFraction)}
        judged={saved.parameters > 0 ? 'better' : undefined}
        recovered={
          recovered && (
            <>
              {count(model.parameters - recovered.parameters)}
              <span className={css.interval}>{whole(saved.parameters - recovered.parameters)} stand in</span>
            </>
          )
        }
      />
      <Row
        name="KV cache"
        unit="per token"
        full={bytes(kv)}
        pruned={bytes(kv - saved.kvBytesPerToken)}
        change={change(saved.kvFraction)}
        judged={saved.kvFraction > 0 ? 'better' : undefined}
        recovered={bytes(kv - saved.kvBytesPerToken)}
      />
      <Row
        name="KV cache"
        unit={`at ${whole(model.context)} tokens`}
        full={bytes(kv * model.context)}
        pruned={bytes((kv - saved.kvBytesPerToken) * model.context)}
        change={saved.kvBytesPerToken > 0 ? `−${bytes(saved.kvBytesPerToken * model.context)}` : <Blank />}
        judged={saved.kvFraction > 0 ? 'better' : undefined}
        recovered={bytes((kv - saved.kvBytesPerToken) * model.context)}
      />
    </tbody>
  );
}
