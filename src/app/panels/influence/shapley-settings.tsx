import type { ShapleyMetric } from '../../../lab/contract';
import { MOST_EXACT_UNITS } from '../../../pruning/exact-shapley';
import { traitsOf } from '../../../pruning/metrics';
import { canBeExact } from '../../actions/shapley';
import type { SamplingSettings } from '../../store/influence';
import { store } from '../../store/store';
import { Check } from '../../widgets/check';
import { NumberField } from '../../widgets/number-field';
import { useApp } from '../../widgets/use-app';
import css from './shapley.module.css';

export const setSampling = (part: Partial<SamplingSettings>): void =>
  store.setState((s) => ({ sampling: { ...s.sampling, ...part } }));

const MOST_PERMUTATIONS = 100_000;

/** When sampling ends, and what it draws from. */
export function ShapleySettings({ metric, disabled }: { metric: ShapleyMetric; disabled: boolean }) {
  const { seed, permutations, bound, stableLowest, exact, items, itemSeed } = useApp((s) => s.sampling);
  const small = useApp((s) => canBeExact(s, metric));
  const drawn = exact && small;
  const task = traitsOf(metric).worth === 'task';
  return (
    <details className={css.settings}>
      <summary>Settings</summary>
      <div className={css.fields}>
        {task ? (
          <NumberField
            label={itemSeed === undefined ? 'The first so many items' : 'So many items, chosen at random'}
            value={items}
            min={1}
            max={100_000}
            disabled={disabled}
            onChange={(v) => setSampling({ items: v })}
          />
        ) : (
          <Check
            label={`Exact: every subset in place of samples, for ${MOST_EXACT_UNITS} units or fewer`}
            checked={drawn}
            disabled={disabled || !small}
            onChange={(v) => setSampling({ exact: v })}
          />
        )}
        <NumberField
          label="Seed"
          value={seed}
          min={0}
          max={999_999}
          disabled={disabled || drawn}
          onChange={(v) => setSampling({ seed: v })}
        />
        <NumberField
          label={`At most this many ${task ? 'subsets' : 'permutations'}`}
          value={permutations}
          min={2}
          max={MOST_PERMUTATIONS}
          disabled={disabled || drawn}
          onChange={(v) => setSampling({ permutations: v })}
        />
        <NumberField
          label="End when every 95% interval is within ± (0: never)"
          value={bound}
          min={0}
          max={1000}
          step={0.001}
          disabled={disabled || drawn}
          onChange={(v) => setSampling({ bound: v })}
        />
        {!task && (
          <NumberField
            label="End when the order of the lowest so many stands still (0: never)"
            value={stableLowest}
            min={0}
            max={1000}
            disabled={disabled || drawn}
            onChange={(v) => setSampling({ stableLowest: v })}
          />
        )}
      </div>
    </details>
  );
}
