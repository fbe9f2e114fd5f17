import { useId } from 'react';
import css from './number-field.module.css';

interface Props {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** After the number: its unit. */
  readonly unit?: string;
  /** The label stands behind the number, as in a sentence. */
  readonly trailing?: boolean;
  readonly disabled?: boolean;
  readonly hint?: string;
  onChange(value: number): void;
}

/** A number with its label; what is typed is kept within its limits. */
export function NumberField({ label, value, min, max, step = 1, unit, trailing, disabled, hint, onChange }: Props) {
  const id = useId();
  const words = <label htmlFor={id}>{label}</label>;
  return (
    <span className={css.field}>
      {!trailing && words}
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        title={hint}
        onChange={(e) => {
          const typed = Number(e.target.value) || 0;
          onChange(Math.max(min, Math.min(max, Number.isInteger(step) ? Math.trunc(typed) : typed)));
        }}
      />
      {unit && <span className={css.unit}>{unit}</span>}
      {trailing && words}
    </span>
  );
}
