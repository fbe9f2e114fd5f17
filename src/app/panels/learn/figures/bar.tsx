import { nats } from '../../../words/lessons/facts';
import css from './figures.module.css';

interface Props {
  readonly name: string;
  readonly value: number | undefined;
  readonly most: number;
  readonly hatched?: boolean;
  readonly faint?: boolean;
}

/** A loss as a bar with its name and its number. */
export function Bar({ name, value, most, hatched, faint }: Props) {
  const look = hatched ? css.hatched : faint ? css.faint : '';
  return (
    <div className={css.row}>
      <span>{name}</span>
      <span className={css.track}>
        {value !== undefined && <i className={look} style={{ width: `${(100 * value) / most}%` }} />}
      </span>
      <span className={css.value}>{value === undefined ? 'not measured' : nats(value)}</span>
    </div>
  );
}
