import { maskOf } from '../../../store/select';
import { useApp } from '../../../widgets/use-app';
import { blindLoss, type Facts } from '../../../words/lessons/facts';
import { droppedBriefly } from '../../../words/units';
import { Bar } from './bar';
import css from './figures.module.css';
import { useAdded } from './use-dropped';

/** How far the loss has come from nothing known: all layers, what is left of them, and blind guessing. */
export function LossFigure({ facts }: { facts: Facts }) {
  const dropped = useApp((s) => maskOf(s).dropped);
  const added = useAdded(facts);
  const now = dropped.length > 0 && added !== undefined ? facts.loss + added : undefined;
  const blind = blindLoss(facts);
  const most = 1.08 * Math.max(blind, now ?? 0);
  return (
    <>
      <figcaption>How wrong the guesses are: the loss</figcaption>
      <div className={css.meter} style={{ '--blind': `${(100 * blind) / most}%` } as React.CSSProperties}>
        <Bar name="all layers" value={facts.loss} most={most} />
        {dropped.length > 0 && <Bar name={`without ${droppedBriefly(dropped)}`} value={now} most={most} hatched />}
        <Bar name="blind guessing" value={blind} most={most} faint />
      </div>
    </>
  );
}
