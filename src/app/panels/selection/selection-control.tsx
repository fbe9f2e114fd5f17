import { useMemo, useState } from 'react';
import type { InfluenceMetric } from '../../../lab/contract';
import type { UnitKind } from '../../../model/units';
import { unitsOf } from '../../../model/units';
import { isPlain, METRIC_NAMES } from '../../../pruning/metrics';

import { isLocked } from '../../actions/locks';
import { canMeasure } from '../../actions/score';
import { applySelection, measuredValues, type SelectionStrategy } from '../../actions/selection';
import { store, useApp } from '../../store/store';
import { Button } from '../../widgets/button';
import { JobProgress } from '../../widgets/job-progress';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { MetricSelect } from '../influence/metric-select';
import css from './selection.module.css';
import { Stepper } from './stepper';

const STRATEGIES: readonly { value: SelectionStrategy; text: string; about: string }[] = [
  { value: 'one-shot', text: 'Lowest first', about: 'Scored once on the full model; the lowest go first' },
  { value: 'iterative', text: 'Lowest, rescored', about: 'Scored anew on what is left after each removal' },
  { value: 'greedy', text: 'Greedy by loss', about: 'At each step the one whose removal leaves the lowest loss' },
  { value: 'span', text: 'Span of blocks', about: 'Neighbouring blocks whose ends are closest in angle' },
  { value: 'random', text: 'Random', about: 'Drawn at random: what any choice should be better than' },
];
const UNITS: readonly { value: UnitKind; text: string }[] = [
  { value: 'sublayer', text: 'attn, ffn' },
  { value: 'attn', text: 'attn' },
  { value: 'ffn', text: 'ffn' },
  { value: 'block', text: 'blocks' },
];

/** Drops k units by a strategy. */
export function SelectionControl({ blocks }: { blocks: number }) {
  const [strategy, setStrategy] = useState<SelectionStrategy>('one-shot');
  const [metric, setMetric] = useState<InfluenceMetric>('cosine');
  const [chosenUnit, setUnit] = useState<UnitKind>('sublayer');
  const [wanted, setWanted] = useState(1);
  const [seed, setSeed] = useState(1);
  const ready = useApp(canMeasure);
  const locked = useApp((s) => s.locked);
  const running = useApp((s) => s.jobs.select !== undefined);
  const influence = useApp((s) => s.influence);

  const unit = strategy === 'span' ? 'block' : chosenUnit;
  const scored = strategy === 'one-shot' || strategy === 'iterative';
  const most = useMemo(
    () => unitsOf(blocks, unit).filter((own) => !own.some((s) => isLocked(locked, s))).length,
    [blocks, unit, locked],
  );
  const k = Math.min(wanted, most);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is measured changes with `influence`.
  const metrics = useMemo(
    () =>
      METRIC_NAMES.filter((m) => strategy === 'iterative' || isPlain(m) || measuredValues(store.getState(), m, unit)),
    [strategy, unit, influence],
  );
  const by = metrics.includes(metric) ? metric : metrics[0]!;
  const atHand = strategy === 'one-shot' && measuredValues(store.getState(), by, unit) !== undefined;

  return (
    <fieldset className={css.selection}>
      <legend className="visually-hidden">Drop by a strategy</legend>
      <div className={css.row}>
        <Select
          label="Strategy"
          value={strategy}
          groups={[{ options: STRATEGIES }]}
          hint={STRATEGIES.find((s) => s.value === strategy)?.about}
          disabled={running}
          onChange={(v) => setStrategy(v)}
        />
        {scored && <MetricSelect label="By" value={by} metrics={metrics} onChange={setMetric} />}
        {strategy === 'random' && <NumberField label="Seed" value={seed} min={0} max={999_999} onChange={setSeed} />}
      </div>
      {running ? (
        <JobProgress slot="select" />
      ) : (
        <div className={css.row}>
          <Select
            label="Units"
            value={unit}
            groups={[{ options: UNITS }]}
            disabled={strategy === 'span'}
            onChange={(v) => setUnit(v)}
          />
          <Stepper label="How many to drop" value={k} min={0} max={most} onChange={setWanted} />
          <Button
            disabled={!(atHand || ready)}
            title={most === 0 ? 'Everything is locked' : undefined}
            onClick={() => void applySelection({ strategy, metric: by, unit, k, seed })}
          >
            Apply {k}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
