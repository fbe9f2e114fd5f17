import { useMemo } from 'react';
import type { UnitKind } from '../../../model/units';
import { dropSublayers, makeMask } from '../../../pruning/mask';
import { savingsOf } from '../../../pruning/savings';
import { isLocked } from '../../actions/locks';
import { lowestFirst } from '../../actions/steps';
import { type Influence, shownValues } from '../../store/influence';
import { useApp } from '../../widgets/use-app';
import { signedPercent } from '../../words/format';
import { droppedWords } from '../../words/units';
import css from './selection.module.css';

interface Props {
  readonly measured: Influence;
  readonly unit: UnitKind;
  readonly k: number;
}

/** What the lowest k units are and save, before anything is dropped: they are known where the measure is. */
export function WouldGo({ measured, unit, k }: Props) {
  const report = useApp((s) => s.open.model?.report);
  const locked = useApp((s) => s.open.locked);
  const dropped = useMemo(() => {
    const values = shownValues(measured);
    if (!report || !values.some(Number.isFinite)) return [];
    return lowestFirst(report.blocks, unit, values, (one) => isLocked(locked, one))
      .slice(0, k)
      .flat();
  }, [measured, unit, k, report, locked]);
  if (!report || dropped.length === 0) return null;
  const saved = savingsOf(dropSublayers(makeMask(report.blocks), ...dropped), report);
  return (
    <p className={css.would}>
      Goes: <strong>{droppedWords(dropped)}</strong>. Parameters {signedPercent(-saved.parameterFraction)}, KV cache{' '}
      {signedPercent(-saved.kvFraction)}.
    </p>
  );
}
