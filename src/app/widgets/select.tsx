import { useId } from 'react';
import css from './select.module.css';

export interface Option<T extends string> {
  readonly value: T;
  readonly text: string;
  readonly disabled?: boolean;
}

interface Props<T extends string> {
  readonly label: string;
  /** Beside the list; without it the label is for screen readers. */
  readonly shown?: boolean;
  readonly value: T;
  readonly groups: readonly { readonly title?: string; readonly options: readonly Option<T>[] }[];
  readonly disabled?: boolean;
  readonly hint?: string;
  onChange(value: T): void;
}

/** One of many: the browser's own list, which every keyboard, phone and screen reader knows. */
export function Select<T extends string>({ label, shown, value, groups, disabled, hint, onChange }: Props<T>) {
  const id = useId();
  return (
    <span className={css.field}>
      <label htmlFor={id} className={shown ? css.label : 'visually-hidden'}>
        {label}
      </label>
      <select
        id={id}
        className={css.select}
        value={value}
        disabled={disabled}
        title={hint}
        onChange={(e) => onChange(e.target.value as T)}
      >
        {groups.map(({ title, options }) => {
          const items = options.map((o) => (
            <option key={o.value} value={o.value} disabled={o.disabled}>
              {o.text}
            </option>
          ));
          return title ? (
            <optgroup key={title} label={title}>
              {items}
            </optgroup>
          ) : (
            items
          );
        })}
      </select>
    </span>
  );
}
