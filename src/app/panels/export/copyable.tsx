import { copy } from '../../actions/copy';
import { Button } from '../../widgets/button';
import css from './export.module.css';

/** A text to be taken along, with a button that copies it. */
export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <div className={css.copyable}>
      <pre>{text}</pre>
      <Button look="quiet" aria-label={`Copy: ${what}`} onClick={() => void copy(text, what)}>
        Copy
      </Button>
    </div>
  );
}
