import { useMemo } from 'react';
import type { CurveRequest } from '../../../lab/contract';
import { samePlain } from '../../../lab/contract/asked';
import { showKnownCurve } from '../../actions/known-curves';
import { knownOf } from '../../store/beforehand';
import type { Curve } from '../../store/curves';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { curveName } from '../../words/curve-names';
import { recoverWords } from './curve-words';

/** Curves that were measured beforehand and are not on the chart: there at once, with or without a graphics card. */
export function KnownCurves({ shown }: { shown: readonly Curve[] }) {
  const known = useApp(knownOf);
  const others = useMemo(() => {
    const isShown = (request: CurveRequest) =>
      shown.some((c) => c.origin.kind !== 'here' && samePlain(c.request, request));
    return (known?.details?.curves ?? []).flatMap((curve, i) => (isShown(curve.request) ? [] : [{ curve, i }]));
  }, [known, shown]);
  if (!known || others.length === 0) return null;
  const options = others.map(({ curve, i }) => ({ value: `${i}`, text: nameOf(curve) }));
  return (
    <Select
      label="Measured beforehand"
      shown
      value=""
      groups={[{ options: [{ value: '', text: 'add one…' }, ...options] }]}
      onChange={(i) => i && showKnownCurve(known, Number(i))}
    />
  );
}

/** "blocks, one by one", "blocks, one by one, with a linear map of rank 8". */
const nameOf = ({ report, request }: Pick<Curve, 'report' | 'request'>): string =>
  `${curveName({ report, request })}${report.recover ? `, with ${recoverWords({ report })}` : ''}`;
