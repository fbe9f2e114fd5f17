import { notify } from '../../store/notify';
import { Button } from '../../widgets/button';
import css from './export.module.css';

/** Puts a text on the clipboard, and says so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied`);
  } catch {
    notify(`${what} was not copied`, 'The browser did not let the page copy: select the text and copy it by hand.');
  }
}

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
