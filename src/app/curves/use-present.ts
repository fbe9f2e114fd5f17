import { useMemo } from 'react';
import { maskOf, prunedLoss } from '../store/select';
import type { Curve } from '../store/state';
import { useApp } from '../store/store';
import { countAs, savedBy, type XAxis, type YAxis } from './axes';
import type { PresentPoint } from './present-mark';

/**
 * Where the tower's mask stands among the curves. Undefined while its loss is not known, where no curve is of the same
 * text, and on axes it has no value for.
 */
export function usePresent(curves: readonly Curve[], x: XAxis, y: YAxis): PresentPoint | undefined {
  const mask = useApp(maskOf);
  const model = useApp((s) => s.model?.report);
  const text = useApp((s) => s.calibration.source);
  const loss = useApp((s) => {
    const now = prunedLoss(s);
    return now.status === 'current' ? now.scored.loss : undefined;
  });
  return useMemo(() => {
    if (!model || loss === undefined || mask.dropped.length === 0 || y === 'accuracy' || x === 'time') return undefined;
    const alike = curves.filter((c) => c.text === text);
    if (alike.length === 0) return undefined;
    const units = [...new Set(alike.map((c) => c.report.unit))];
    const place = x === 'units' ? countAs(mask.dropped, units) : savedBy(mask.dropped, model, x);
    return place === undefined ? undefined : { x: place, y: y === 'perplexity' ? Math.exp(loss) : loss };
  }, [curves, x, y, mask, model, text, loss]);
}
