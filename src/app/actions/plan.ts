import type { CurveRequest } from '../../lab/contract';
import { type Goal, SAVINGS, stepsFor } from '../../pruning/goal';
import { isOnKnownText, knownOf } from '../store/beforehand';
import { canMeasure, judgeOf } from '../store/measuring';
import { store } from '../store/store';
import { addCurves } from './curves';
import { showKnownCurvesOf } from './known-curves';
import { settingsOf } from './metric-settings';

/**
 * Goes towards a goal in every way that is quick: the lowest by what each costs alone and by cosine, neighbouring blocks,
 * and one after the other whatever costs least. What was measured beforehand is not measured again. What each comes to
 * stands among the curves.
 */
export async function find(goal: Goal): Promise<void> {
  const s = store.getState();
  const model = s.open.model?.report;
  if (!model) return;
  const { unit } = SAVINGS[goal.saves];
  const known = knownOf(s);
  if (known) showKnownCurvesOf(known, unit);
  // Curves that were measured beforehand know of no locks.
  const isKnown = s.open.locked.length === 0 && known?.details?.curves.some(({ report }) => report.unit === unit);
  if ((isKnown && isOnKnownText(s)) || !canMeasure(s)) return;
  const steps = stepsFor(goal, model);
  const common = { unit, steps, locked: s.open.locked, judge: judgeOf(s) };
  const lowest = (metric: 'loo-loss' | 'cosine'): CurveRequest => ({
    strategy: 'one-shot',
    metric,
    ...common,
    settings: settingsOf(s, metric),
  });
  await addCurves(
    lowest('loo-loss'),
    lowest('cosine'),
    ...(unit === 'block' ? [{ strategy: 'span', ...common } as const] : []),
    { strategy: 'greedy', ...common },
  );
}
