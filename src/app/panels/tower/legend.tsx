import { legendGradient, type Placement } from '../../charts/scale';
import { useTheme } from '../../widgets/theme';
import { short } from '../../words/format';
import css from './legend.module.css';

/** Reads the tower's colours back into numbers. */
export function Legend({ placement, unit }: { placement: Placement; unit: string }) {
  const theme = useTheme();
  const { low, high, kind } = placement;
  const middle = kind === 'log' ? Math.sqrt(low * high) : (low + high) / 2;
  return (
    <div className={css.legend}>
      <div className={css.scale}>
        <div className={css.bar} style={{ background: legendGradient(theme) }} />
        <div className={css.ticks}>
          <span>
            {kind === 'log' ? '≤ ' : ''}
            {short(low)}
          </span>
          <span>{short(middle)}</span>
          <span>{short(high)}</span>
        </div>
        <p className={css.caption}>
          {unit}
          {kind === 'log' && ', logarithmic'}
        </p>
      </div>
      <p className={css.key}>
        <span className={css.swatch} />
        dropped
      </p>
    </div>
  );
}
