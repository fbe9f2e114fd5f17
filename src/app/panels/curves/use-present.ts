import { useMemo } from 'react';
import { sameCalibration } from '../../../lab/contract/asked';
import { oddLoss } from '../../../pruning/paired-loss';
import { evaluationsOf, isOnKnownText, knownOf } from '../../store/beforehand';
import type { Curve } from '../../store/curves';
import { calibrationOf } from '../../store/measuring';
import { prunedLoss } from '../../store/pruned-loss';
import { maskOf } from '../../store/select';
import { useApp } from '../../widgets/use-app';
import type { XAxis, YAxis } from './axes';
import { presentOf } from './present';

/** Where the tower's mask stands among the curves now, or why that cannot be said: see `presentOf`. */
export function usePresent(curves: readonly Curve[], x: XAxis, y: YAxis): ReturnType<typeof presentOf> {
  const mask = useApp(maskOf);
  const model = useApp((s) => s.open.model);
  const calibration = useApp((s) => s.calibration);
  const evaluations = useApp(evaluationsOf);
  const known = useApp((s) => (isOnKnownText(s) ? knownOf(s)?.details?.curves : undefined));
  const scored = useApp((s) => {
    const now = prunedLoss(s);
    return now.status === 'current' ? now.scored : undefined;
  });
  return useMemo(() => {
    if (!model) return undefined;
    const here = calibrationOf({ calibration, open: { model } });
    const isOnText = ({ calibration, report }: Curve) =>
      report.judged?.on !== 'another text' &&
      (calibration ? sameCalibration(calibration, here) : known?.some((one) => one.report === report) === true);
    const losses = { loss: scored?.loss, judgedLoss: scored?.parts && oddLoss(scored.parts) };
    return presentOf({ mask, model: model.report, curves, isOnText, ...losses, evaluations }, x, y);
  }, [curves, x, y, mask, model, calibration, evaluations, known, scored]);
}
