import { maskOf, momentOf } from '../../store/select';
import { verdictOf } from '../../store/verdict';
import { Counted } from '../../widgets/counted';
import { useApp } from '../../widgets/use-app';
import { checkpointWords, fixed } from '../../words/format';
import { droppedBriefly } from '../../words/units';
import css from './present.module.css';

/** The one number that everybody can read: what dropping costs, or what the whole model loses. */
export function Loss({ added }: { added: number | undefined }) {
  const dropped = useApp((s) => maskOf(s).dropped);
  const { full } = useApp(verdictOf);
  const moment = useApp(momentOf);
  if (moment) {
    return (
      <p className={css.loss}>
        <span className={css.number}>{fixed(moment.loss, 3)}</span>
        <span>loss in training, {checkpointWords(moment)}</span>
      </p>
    );
  }
  if (!full) return <p className={css.loss}>–</p>;
  const nothing = dropped.length === 0;
  const shown = nothing ? full.loss : added;
  return (
    <p className={css.loss} aria-live="polite">
      <span className={css.number}>
        {shown === undefined ? '–' : <Counted value={shown} write={(v) => (nothing ? fixed(v, 3) : signedLoss(v))} />}
      </span>
      <span>
        {nothing
          ? 'loss of the whole model'
          : `loss without ${droppedBriefly(dropped)}${shown === undefined ? ': not measured' : `: ${fixed(full.loss + shown, 3)}`}`}
      </span>
    </p>
  );
}

const signedLoss = (v: number) => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(3)}`;
