import type { CurveRecovery, CurveRequest, InfluenceMetric, Strategy } from '../../../lab/contract';
import { type Sublayer, UNIT_NAMES, type UnitKind } from '../../../model/units';
import { STRATEGY_NAMES, strategyTraits } from '../../../pruning/strategies';
import { mostRank } from '../../../recovery/fit';
import { curveSeconds } from '../../actions/cost';
import { addCurves } from '../../actions/curves';
import { settingsOf } from '../../actions/metric-settings';
import { taskOptions } from '../../actions/offered';
import { withItems } from '../../actions/own-items';
import { SUBSET_SEED } from '../../store/benchmarks';
import { canMeasure, judgeOf } from '../../store/measuring';
import { maskOf, reportOf } from '../../store/select';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { JobCost } from '../../widgets/job-cost';
import { MetricSelect } from '../../widgets/metric-select';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { useOffered } from '../../widgets/use-offered';
import { METHOD_WORDS, recoveryName } from '../../words/recovery';
import { STRATEGY_WORDS, strategyOptions } from '../../words/strategies';
import { unitOptions } from '../../words/units';
import { droppable } from './axes';
import css from './curves.module.css';

const UNITS = unitOptions(UNIT_NAMES);
const STRATEGIES = strategyOptions(STRATEGY_NAMES);

/** Random orders drawn for a band. */
const DRAWS = 20;
const MOST_ITEMS = 1000;
/** What may stand in at every point; the paper's ranks. */
const RANKS = [8, 32, 256];

/** What the next curve is of: units, how they are chosen, what is measured at each point. */
export function CurveForm({ blocks }: { blocks: number }) {
  const [strategy, setStrategy] = useKept<Strategy>('curve.strategy', 'one-shot');
  const [chosen, setUnit] = useKept<UnitKind>('curve.unit', 'block');
  const [chosenMetric, setMetric] = useKept<InfluenceMetric>('curve.metric');
  const shown = useApp((s) => s.metric);
  // The measure on the screen, unless another was chosen here.
  const metric = chosenMetric ?? shown;
  const [steps, setSteps] = useKept<number>('curve.steps');
  const [task, setTask] = useKept('curve.task', '');
  const [items, setItems] = useKept('curve.items', 40);
  const [seed, setSeed] = useKept('curve.seed', 1);
  const [timed, setTimed] = useKept('curve.timed', false);
  const [apart, setApart] = useKept('curve.apart', true);
  const [standIn, setStandIn] = useKept('curve.standIn', '');
  const width = useApp((s) => reportOf(s)?.width ?? 0);
  const judge = useApp(judgeOf);
  const ready = useApp(canMeasure);
  const offered = useOffered();
  const locked = useApp((s) => s.open.locked);
  const dropped = useApp((s) => maskOf(s).dropped);

  const { metric: scored, drawn, blocksOnly, ordered: byHand } = strategyTraits(strategy);
  const unit = blocksOnly ? 'block' : byHand ? 'sublayer' : chosen;
  const most = byHand ? dropped.length : droppable(blocks, unit, locked).length;
  const ranks = RANKS.filter((rank) => rank <= mostRank(width));
  const standIns = [
    { value: '', text: 'nothing' },
    { value: 'mean', text: METHOD_WORDS.mean.name },
    ...ranks.map((rank) => ({ value: `${rank}`, text: recoveryName('linear', rank) })),
  ];
  const recover = drawn ? undefined : recoverOf(standIn);
  const requested = (): CurveRequest => {
    return {
      strategy,
      unit,
      steps: Math.min(steps ?? most, most),
      ...(scored && { metric, settings: settingsOf(store.getState(), metric) }),
      ...(drawn && { draws: DRAWS, seed }),
      ...(byHand ? { order: dropped.map((s): Sublayer[] => [s]) } : { locked }),
      ...(task && { benchmark: withItems(store.getState(), { task, limit: items, seed: SUBSET_SEED }) }),
      ...(recover && { recover }),
      ...(timed && { timed }),
      ...(apart && judge && { judge }),
    };
  };

  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        void addCurves(requested());
      }}
    >
      <fieldset className={css.fields}>
        <legend className={css.legend}>Add a curve</legend>
        <Select
          label="Units"
          shown
          value={unit}
          groups={[{ options: byHand ? unitOptions([unit]) : UNITS }]}
          disabled={blocksOnly || byHand}
          onChange={(v) => setUnit(v)}
        />
        <Select
          label="Order"
          shown
          value={strategy}
          groups={[{ options: STRATEGIES }]}
          hint={STRATEGY_WORDS[strategy].about}
          onChange={(v) => setStrategy(v)}
        />
        {scored && <MetricSelect label="by" shown value={metric} onChange={setMetric} />}
        {drawn && <NumberField label="Seed" value={seed} min={0} max={999_999} onChange={setSeed} />}
        <NumberField
          label="Up to"
          value={Math.min(steps ?? most, most)}
          min={1}
          max={Math.max(1, most)}
          onChange={setSteps}
        />
        <Select
          label="Accuracy on"
          shown
          value={task}
          groups={[{ options: [{ value: '', text: 'none' }] }, ...taskOptions(offered)]}
          hint="Asked at every point, besides the loss. Answers in writing take far longer than choices."
          onChange={setTask}
        />
        {task && <NumberField label="Items" value={items} min={1} max={MOST_ITEMS} onChange={setItems} />}
        {!drawn && (
          <Select
            label="In the gaps"
            shown
            value={standIn}
            groups={[{ options: standIns }]}
            hint="Fitted at every point for all that is dropped there; its loss is a dashed line beside the curve"
            onChange={setStandIn}
          />
        )}
        {judge && (
          <Check
            label="Judge on the other half"
            checked={apart}
            hint="Chooses on every second window of the text, and tells the losses of the others"
            onChange={setApart}
          />
        )}
        <Check
          label="Time each point"
          checked={timed}
          hint="Runs every point’s model by itself a few times"
          onChange={setTimed}
        />
        <Button
          type="submit"
          look="primary"
          computes
          disabled={!ready || most === 0}
          title={most === 0 ? (byHand ? 'Nothing is dropped in the tower' : 'Everything is locked') : undefined}
        >
          Add curve
        </Button>
        {most > 0 && (
          <JobCost
            of={JSON.stringify([
              strategy,
              unit,
              metric,
              steps,
              task,
              items,
              seed,
              timed,
              apart,
              standIn,
              locked,
              byHand && dropped,
            ])}
            ask={() => curveSeconds(requested())}
          />
        )}
      </fieldset>
      <p className={css.about}>{STRATEGY_WORDS[strategy].about}</p>
    </form>
  );
}

function recoverOf(standIn: string): CurveRecovery | undefined {
  if (standIn === '') return undefined;
  return standIn === 'mean' ? { method: 'mean' } : { method: 'linear', rank: Number(standIn) };
}
