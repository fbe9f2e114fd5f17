import { useId } from 'react';
import css from './selection.module.css';

interface Props {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  onChange(value: number): void;
}

/** A small whole number: typed, or stepped by a button on either side. */
export function Stepper({ label, value, min, max, onChange }: Props) {
  const id = useId();
  const set = (next: number) => onChange(Math.max(min, Math.min(max, Math.trunc(next))));
  return (
    <span className={css.stepper}>
      <button type="button" aria-label="One fewer" disabled={value <= min} onClick={() => set(value - 1)}>
        −
      </button>
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        value={value}
        title={`${label}, ${max} at most`}
        onChange={(e) => set(Number(e.target.value) || 0)}
      />
      <button type="button" aria-label="One more" disabled={value >= max} onClick={() => set(value + 1)}>
        +
      </button>
    </span>
  );
}
