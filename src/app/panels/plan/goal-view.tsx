import { useEffect, useMemo } from 'react';
import type { ModelReport } from '../../../lab/contract';
import { SAVED, type Saved, savedFirst } from '../../../pruning/budgets';
import { maskFromSublayers } from '../../../pruning/mask';
import { applyPlain, applyPlanPoint, findPlan } from '../../actions/plan';
import { keepMask } from '../../actions/shelf';
import { ChartFrame } from '../../charts/chart-frame';
import type { Provenance } from '../../charts/provenance';
import { curveAgain, planAgain } from '../../store/again';
import { knownOf } from '../../store/beforehand';
import { canMeasure, hereOrigin } from '../../store/measuring';
import { highlight } from '../../store/notify';
import { fileStem, modelName } from '../../store/select';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { Empty } from '../../widgets/empty';
import { JobProgress } from '../../widgets/job-progress';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { plural, upperFirst } from '../../words/format';
import { SAVED_WORDS } from '../../words/plan';
import { droppedWords } from '../../words/units';
import { FoundList } from './found-list';
import { budgetsOf, FIRST_GOAL, GoalForm, requestOf } from './goal-form';
import css from './plan.module.css';
import { PlanPicture } from './plan-picture';
import { PlanVerdict } from './plan-verdict';
import { rankSpots, type Spot, spotsOf } from './spots';

/** Say what is wanted, get the mask: all that was measured as one picture, what saves enough as a list, the best first. */
export function GoalView({ model }: { model: ModelReport }) {
  const [goal, setGoal] = useKept('plan.budgets', FIRST_GOAL);
  const [axis, setAxis] = useKept<Saved | 'goal'>('plan.axis', 'goal');
  const all = useApp((s) => s.curves);
  const plan = useApp((s) => s.open.plan);
  const running = useApp((s) => s.jobs.plan !== undefined);
  const computes = useApp(canMeasure);
  const ready = useApp((s) => canMeasure(s) || knownOf(s) !== undefined);
  const locked = useApp((s) => s.open.locked);
  const text = useApp((s) => s.calibration.source);
  const stem = useApp(fileStem);
  const name = useApp(modelName);
  const budgets = useMemo(() => budgetsOf(goal), [goal]);
  const curves = useMemo(() => all.filter((c) => c.model === model.fingerprint), [all, model]);
  // Without weights there is only the text that was measured on.
  const on = plan?.text ?? (curves.some((c) => c.text === text) ? text : (curves[0]?.text ?? text));
  const spots = useMemo(() => spotsOf(plan, curves, model, locked, on), [plan, curves, model, locked, on]);
  const found = useMemo(() => rankSpots(budgets, spots), [budgets, spots]);
  const of = axis === 'goal' ? savedFirst(budgets) : axis;
  useEffect(() => () => highlight(undefined), []);
  const take = (spot: Spot) => {
    if (spot.plan) applyPlanPoint(spot.plan.of, spot.plan.point);
    else applyPlain(spot.dropped);
  };
  const provenance: Provenance = {
    ...{ model: name, text: on, tokens: plan?.report.tokens, seed: plan?.report.seed },
    origin: plan?.origin ?? curves[0]?.origin ?? hereOrigin(store.getState()),
  };
  const table = {
    columns: ['without', 'found by', ...SAVED.map((saved) => `${SAVED_WORDS[saved].name} saved`), 'loss added'],
    rows: spots.map((s) => [droppedWords(s.dropped), s.how, ...SAVED.map((saved) => s.saved[saved]), s.added]),
  };
  return (
    <>
      <GoalForm
        goal={goal}
        ready={ready}
        running={running}
        onChange={setGoal}
        onFind={() => void findPlan(requestOf(goal))}
      />
      {running ? (
        <div className={css.job}>
          <JobProgress slot="plan" stop="Pause" />
        </div>
      ) : (
        plan?.report.partial &&
        computes && (
          <Button icon="play" onClick={() => void findPlan({ ...plan.report }, true)}>
            Go on
          </Button>
        )
      )}
      {plan && <PlanVerdict report={plan.report} />}
      {found.length > 0 ? (
        <FoundList
          budgets={budgets}
          found={found}
          model={model}
          onApply={take}
          onKeep={(spot) => keepMask(maskFromSublayers(model.blocks, spot.dropped))}
        />
      ) : (
        !running && (
          <Empty>
            {ready
              ? 'Find measures each layer alone, tries every way to choose, and swaps from the best. What each comes to is shown before anything is dropped.'
              : 'Nothing that was measured saves so much.'}
          </Empty>
        )
      )}
      {spots.length > 1 && (
        <div className={css.chart}>
          <ChartFrame
            title="What is saved, and what it costs"
            bare
            summary={`${plural(spots.length, 'mask')} by what they save and what they add to the loss; the line joins those that nothing beats.`}
            table={table}
            provenance={provenance}
            again={[...(plan ? [planAgain(plan)] : []), ...curves.filter((c) => c.text === on).map(curveAgain)]}
            fileName={`${stem}-plan`}
            actions={
              <Select
                label="Saved"
                shown
                value={of}
                groups={[{ options: SAVED.map((value) => ({ value, text: upperFirst(SAVED_WORDS[value].name) })) }]}
                onChange={setAxis}
              />
            }
          >
            <PlanPicture spots={spots} of={of} onApply={take} />
          </ChartFrame>
        </div>
      )}
    </>
  );
}
