import { useEffect, useMemo } from 'react';
import type { ModelReport } from '../../../lab/contract';
import { canSave, type Goal, isWithin, SAVINGS } from '../../../pruning/goal';
import { applyPoint } from '../../actions/curves';
import { ChartFrame } from '../../charts/chart-frame';
import { knownOf } from '../../store/beforehand';
import { canMeasure } from '../../store/measuring';
import { highlight } from '../../store/notify';
import { fileStem, modelName } from '../../store/select';
import { Empty } from '../../widgets/empty';
import { JobProgress } from '../../widgets/job-progress';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { percent, plural } from '../../words/format';
import { SAVING_WORDS } from '../../words/plan';
import { UNIT_WORDS } from '../../words/units';
import { explodes } from '../curves/axes';
import { CurveChart } from '../curves/curve-chart';
import { curvesSummary, curvesTable } from '../curves/curve-words';
import { curvesProvenance } from '../curves/curves-provenance';
import { usePresent } from '../curves/use-present';
import { foundFor } from './found';
import { FoundList } from './found-list';
import { GoalForm } from './goal-form';
import css from './plan.module.css';

/** A third of the attention layers: the paper's own question. */
const FIRST: Goal = { saves: 'cache', share: 1 / 3, atMost: 0.1 };
const X_AXES = { cache: 'cache', parameters: 'parameters', blocks: 'units' } as const;

/** Say what is wanted, get the mask: every curve's point that saves enough, the cheapest first, and the picture of all. */
export function GoalView({ model }: { model: ModelReport }) {
  const [goal, setGoal] = useKept('plan.goal', FIRST);
  const all = useApp((s) => s.curves);
  const waiting = useApp((s) => s.curvesWaiting.length);
  const running = useApp((s) => s.jobs.curve !== undefined);
  const ready = useApp((s) => canMeasure(s) || knownOf(s) !== undefined);
  const locked = useApp((s) => s.open.locked);
  const stem = useApp(fileStem);
  const name = useApp(modelName);
  const curves = useMemo(() => all.filter((c) => c.model === model.fingerprint), [all, model]);
  const text = useApp((s) => s.calibration.source);
  const found = useMemo(() => foundFor(goal, curves, model, locked, text), [goal, curves, model, locked, text]);
  const { unit } = SAVINGS[goal.saves];
  const shown = useMemo(() => curves.filter((c) => canSave(goal.saves, c.report.unit)), [curves, goal.saves]);
  const x = X_AXES[goal.saves];
  const present = usePresent(shown, x, 'loss');
  useEffect(() => () => highlight(undefined), []);
  const words = useMemo(
    () => ({ summary: curvesSummary(shown, model), table: curvesTable(shown, model) }),
    [shown, model],
  );
  return (
    <>
      <GoalForm goal={goal} ready={ready} running={running} onChange={setGoal} />
      {running && (
        <div className={css.job}>
          <JobProgress slot="curve" />
          {waiting > 0 && <p className="small soft">{plural(waiting, 'more way')} to try after this one.</p>}
        </div>
      )}
      {found.length > 0 ? (
        <>
          <p className={css.about}>{summaryOf(goal, found)}</p>
          <FoundList goal={goal} found={found} model={model} />
        </>
      ) : (
        !running && (
          <Empty>
            {ready
              ? `Find tries the quick ways first, then one ${UNIT_WORDS[unit].one} after the other, whichever costs least. What each comes to is shown before anything is dropped.`
              : 'Nothing that was measured saves so much.'}
          </Empty>
        )
      )}
      {shown.length > 0 && (
        <div className={css.chart}>
          <ChartFrame
            title="What is saved, and what it costs"
            bare
            summary={words.summary}
            table={words.table}
            provenance={curvesProvenance(shown, name)}
            fileName={`${stem}-plan`}
          >
            <CurveChart
              curves={shown}
              model={model}
              x={x}
              y="loss"
              log={explodes(shown)}
              band="range"
              present={typeof present === 'string' ? undefined : present}
              onApply={(curve, spot) => applyPoint(curve, spot.point)}
            />
          </ChartFrame>
        </div>
      )}
    </>
  );
}

function summaryOf(goal: Goal, found: ReturnType<typeof foundFor>): string {
  const within = found.filter((one) => isWithin(goal, one)).length;
  const what = `${percent(goal.share, 0)} of the ${SAVING_WORDS[goal.saves].name}`;
  if (within === 0) return `Nothing found yet saves ${what} within that loss. The nearest:`;
  return `${plural(within, 'mask')} found that ${within === 1 ? 'saves' : 'save'} ${what}${goal.atMost === undefined ? '' : ' within that loss'}, the cheapest first.`;
}
