import { savingsOf } from '../../../pruning/savings';
import { maskOf } from '../../store/select';
import { useApp } from '../../widgets/use-app';
import { bytes, count, signedPercent, whole } from '../../words/format';
import { Blank, Row } from './row';

/** What the mask does without: known from the model's shape, nothing has to be computed. */
export function SavingsRows() {
  const model = useApp((s) => s.open.model?.report);
  const mask = useApp(maskOf);
  if (!model) return null;
  const saved = savingsOf(mask, model);
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
      />
      <Row
        name="KV cache"
        unit="per token"
        full={bytes(kv)}
        pruned={bytes(kv - saved.kvBytesPerToken)}
        change={change(saved.kvFraction)}
        judged={saved.kvFraction > 0 ? 'better' : undefined}
      />
      <Row
        name="KV cache"
        unit={`at ${whole(model.context)} tokens`}
        full={bytes(kv * model.context)}
        pruned={bytes((kv - saved.kvBytesPerToken) * model.context)}
        change={saved.kvBytesPerToken > 0 ? `−${bytes(saved.kvBytesPerToken * model.context)}` : <Blank />}
        judged={saved.kvFraction > 0 ? 'better' : undefined}
      />
    </tbody>
  );
}
