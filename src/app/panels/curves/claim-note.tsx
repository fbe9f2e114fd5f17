import { addCurves, applyPoint } from '../../actions/curves';
import type { ClaimedCurves } from '../../store/curves';
import { canMeasure, judgeOf } from '../../store/measuring';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { curveName } from '../../words/curve-names';
import { fixed, signed } from '../../words/format';
import { UNIT_WORDS } from '../../words/units';
import { type ClaimedPoint, claimedUnits } from './claimed';
import css from './curves.module.css';

interface Props {
  readonly claim: ClaimedCurves;
  readonly points: readonly ClaimedPoint[];
  readonly blocks: number;
}

/** Which of the curves a claim of the paper is about, and what it comes to where the claim looks. */
export function ClaimNote({ claim, points, blocks }: Props) {
  const ready = useApp(canMeasure);
  const lacking = claim.units.filter((unit) => !points.some(({ curve }) => curve.report.unit === unit));
  const draw = () => {
    const s = store.getState();
    const judge = judgeOf(s);
    const asked = { strategy: 'greedy', locked: s.open.locked, ...(judge && { judge }) } as const;
    void addCurves(...lacking.map((unit) => ({ ...asked, unit })));
  };
  const [first] = points;
  return (
    <section className={css.claim} aria-label="The paper’s claim">
      <p>
        The paper: <strong>{claim.title}</strong>.{' '}
        {points.length > 0 && (
          <>
            Ringed here:{' '}
            {points.map(({ curve, point }, i) => (
              <span key={curve.id}>
                {i > 0 && '; '}
                {curveName(curve)}, {point.removed} of {blocks}: loss {fixed(point.loss)} (
                {signed(point.loss - curve.report.points[0]!.loss)})
              </span>
            ))}
            .
          </>
        )}
        {lacking.length > 0 &&
          ` Not drawn yet: ${lacking.map((unit) => UNIT_WORDS[unit].all).join(', ')}, greedy by loss, up to ${claimedUnits(blocks, claim)}.`}
      </p>
      <p className={css.claimWays}>
        {lacking.length > 0 && (
          <Button computes disabled={!ready} onClick={draw}>
            Draw {lacking.length === 1 ? 'it' : 'them'}
          </Button>
        )}
        {first && points.length === 1 && (
          <Button onClick={() => applyPoint(first.curve, first.point)}>Drop these {first.point.removed}</Button>
        )}
        <Button look="quiet" onClick={() => store.setState({ claimed: undefined })}>
          Show all alike
        </Button>
      </p>
    </section>
  );
}
