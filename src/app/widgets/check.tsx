import css from './check.module.css';

interface Props {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly hint?: string;
  onChange(checked: boolean): void;
}

/** Something on or off, with its label. */
export function Check({ label, checked, disabled, hint, onChange }: Props) {
  return (
    <label className={css.check} title={hint}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(e) => onChange(e.target.checked)} />
      {label}
    </label>
  );
}
