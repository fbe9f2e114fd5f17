import css from './present.module.css';

interface Props {
  on(): void;
  back(): void;
  blank(): void;
  join(): void;
  leave(): void;
}

/** For a hand at the board, and to say the keys. */
export function Controls({ on, back, blank, join, leave }: Props) {
  return (
    <nav className={css.controls} aria-label="Presenter">
      <button type="button" title="Page Up" onClick={back}>
        Back
      </button>
      <button type="button" title="Page Down" onClick={on}>
        On
      </button>
      <button type="button" title="B" onClick={blank}>
        Blank
      </button>
      <button type="button" title="J" onClick={join}>
        Join
      </button>
      <button type="button" title="Escape" onClick={leave}>
        Leave
      </button>
    </nav>
  );
}
