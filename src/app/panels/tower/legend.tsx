import { legendStart, legendTicks, scaleWords } from '../../charts/legend-ticks';
import type { Placement } from '../../charts/placement';
import { legendGradient } from '../../charts/scale';
import { SCALES, type ScaleChoice } from '../../store/influence';
import { store } from '../../store/store';
import { Choice } from '../../widgets/choice';
import { useApp } from '../../widgets/use-app';
import css from './legend.module.css';

const CHOICES: Readonly<Record<ScaleChoice, string>> = { log: 'Log', linear: 'Linear', own: 'Own' };
const OPTIONS = SCALES.map((value) => ({ value, text: CHOICES[value] }));

/** Nearer to the lowest value than this share of the legend a tick begins where it stands: centred it would touch. */
const BESIDE_END = 0.25;

/** Reads the tower's colours and bars back into numbers, and lays them otherwise. */
export function Legend({ placement, unit }: { placement: Placement; unit: string }) {
  const choice = useApp((s) => s.scale);
  const { kind, fitted } = placement;
  return (
    <div className={css.legend}>
      <div className={css.bar} style={{ background: legendGradient(legendStart(placement), 1) }} />
      <div className={css.ticks}>
        {legendTicks(placement).map(({ at, text }) => (
          <span
            key={at}
            style={{ left: `${100 * at}%` }}
            data-end={at < BESIDE_END ? 'start' : at === 1 ? 'end' : undefined}
          >
            {text}
          </span>
        ))}
      </div>
      <div className={css.line}>
        <p className={css.caption}>
          {unit}: <strong>{scaleWords(kind)}</strong>
          {fitted && ', fitted to this model'}
        </p>
        <Choice label="Scale" value={choice} options={OPTIONS} onChange={(scale) => store.setState({ scale })} />
      </div>
    </div>
  );
}
