import { type ReactNode, useId, useState } from 'react';
import { Icon } from './icons';
import css from './panel.module.css';

interface Props {
  readonly title: string;
  /** What the panel shows and how to read it, for someone who meets it for the first time. */
  readonly explain: ReactNode;
  /** Controls on the title's line. */
  readonly tools?: ReactNode;
  /** Of its heading; 3 within a tab, whose question is above it. */
  readonly level?: 2 | 3;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A titled part of the page, with its explanation one click away. */
export function Panel({ title, explain, tools, level = 3, className = '', children }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section className={`${css.panel} ${className}`} aria-labelledby={`${id}-title`}>
      <header className={css.head}>
        <Heading id={`${id}-title`}>{title}</Heading>
        <button
          type="button"
          className={css.what}
          aria-expanded={open}
          aria-controls={`${id}-explain`}
          onClick={() => setOpen(!open)}
        >
          What is this?<span className="visually-hidden"> {title}</span>
        </button>
        {tools && <div className={css.tools}>{tools}</div>}
      </header>
      <div id={`${id}-explain`} className={css.explain} hidden={!open}>
        <div>{explain}</div>
        <button type="button" className={css.close} aria-label="Close the explanation" onClick={() => setOpen(false)}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </section>
  );
}
