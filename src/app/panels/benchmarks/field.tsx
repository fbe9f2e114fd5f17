import { type ComponentProps, useId } from 'react';
import css from './benchmarks.module.css';

interface Props extends Omit<ComponentProps<'input'>, 'id'> {
  readonly label: string;
}

/** A field below its label. */
export function Field({ label, ...input }: Props) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id} className="small soft">
        {label}
      </label>
      <input {...input} id={id} />
    </div>
  );
}
