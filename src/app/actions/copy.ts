import { notify } from '../store/notify';

/** Puts a text on the clipboard, and says so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied`);
  } catch {
    notify(`${what} was not copied`, 'The browser did not let the page copy: select the text and copy it by hand.');
  }
}
