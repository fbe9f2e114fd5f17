import { useMemo } from 'react';
import type { InfluenceMetric } from '../../../lab/contract';
import { UNIT_NAMES, type UnitKind, unitsOf, unitTraits } from '../../../model/units';
import { isPlain, METRIC_NAMES } from '../../../pruning/metrics';
import { STRATEGY_NAMES, type Strategy, strategyTraits } from '../../../pruning/strategies';
import { isLocked } from '../../actions/locks';
import { applySelection, selectionSeconds } from '../../actions/selection';
import { influenceIn } from '../../store/influence';
import { canMeasure } from '../../store/measuring';
import { Button } from '../../widgets/button';
import { JobCost } from '../../widgets/job-cost';
import { JobProgress } from '../../widgets/job-progress';
import { MetricSelect } from '../../widgets/metric-select';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { STRATEGY_WORDS, strategyOptions } from '../../words/strategies';
import { unitOptions } from '../../words/units';
import css from './selection.module.css';
import { Stepper } from './stepper';
import { WouldGo } from './would-go';

/** What is dropped by hand needs no strategy. */
const STRATEGIES = strategyOptions(STRATEGY_NAMES.filter((s) => !strategyTraits(s).ordered));
/** Single sublayers first, those of either kind at the top: of them there are most to choose from. */
const UNITS = unitOptions(
  UNIT_NAMES.toSorted((a, b) => {
    const [one, other] = [unitTraits(a), unitTraits(b)];
    return one.sublayers - other.sublayers || other.kinds.length - one.kinds.length;
  }),
);

/** Drops k units by a strategy: what is to happen, said in a sentence. */
export function SelectionControl({ blocks }: { blocks: number }) {
  const [strategy, setStrategy] = useKept<Strategy>('selection.strategy', 'one-shot');
  const [chosenMetric, setMetric] = useKept<InfluenceMetric>('selection.metric');
  const [chosenUnit, setUnit] = useKept<UnitKind>('selection.unit', 'sublayer');
  const [wanted, setWanted] = useKept('selection.count', 1);
  const [seed, setSeed] = useKept('selection.seed', 1);
  const ready = useApp(canMeasure);
  const locked = useApp((s) => s.open.locked);
  const running = useApp((s) => s.jobs.select !== undefined);
  const influence = useApp((s) => s.open.influence);
  const shown = useApp((s) => s.metric);

  const { metric: scored, rescored, drawn, blocksOnly } = strategyTraits(strategy);
  const unit = blocksOnly ? 'block' : chosenUnit;
  const most = useMemo(
    () => unitsOf(blocks, unit).filter((own) => !own.some((s) => isLocked(locked, s))).length,
    [blocks, unit, locked],
  );
  const k = Math.min(wanted, most);
  const metrics = useMemo(
    () => METRIC_NAMES.filter((m) => rescored || isPlain(m) || influenceIn(influence, m, unit)),
    [rescored, unit, influence],
  );
  // The measure on the screen, unless another was chosen here.
  const by = metrics.find((m) => m === (chosenMetric ?? shown)) ?? metrics[0]!;
  const measured = scored && !rescored ? influenceIn(influence, by, unit) : undefined;

  return (
    <fieldset className={css.selection}>
      <legend className="visually-hidden">Drop by a strategy</legend>
      <p className={css.sentence}>
        <span>Drop</span>
        <Stepper label="How many to drop" value={k} min={0} max={most} onChange={setWanted} />
        <span>of</span>
        <Select
          label="Units"
          value={unit}
          groups={[{ options: UNITS }]}
          disabled={blocksOnly || running}
          onChange={(v) => setUnit(v)}
        />
        <Select
          label="Strategy"
          value={strategy}
          groups={[{ options: STRATEGIES }]}
          hint={STRATEGY_WORDS[strategy].hint}
          disabled={running}
          onChange={(v) => setStrategy(v)}
        />
        {scored && (
          <>
            <span>by</span>
            <MetricSelect label="By" value={by} metrics={metrics} onChange={setMetric} />
          </>
        )}
        {drawn && <NumberField label="Seed" value={seed} min={0} max={999_999} onChange={setSeed} />}
        {!running && (
          <Button
            computes
            disabled={!(measured || ready)}
            title={most === 0 ? 'Everything is locked' : undefined}
            onClick={() => void applySelection({ strategy, metric: by, unit, k, seed })}
          >
            Apply {k}
          </Button>
        )}
        {!measured && k > 0 && (
          <JobCost
            of={JSON.stringify([strategy, by, unit, k, locked])}
            ask={() => selectionSeconds({ strategy, metric: by, unit, k, seed })}
          />
        )}
      </p>
      <JobProgress slot="select" />
      <p className={css.about}>{STRATEGY_WORDS[strategy].about}</p>
      {measured && <WouldGo measured={measured} unit={unit} k={k} />}
    </fieldset>
  );
}
