import { decodeText } from '../../formats/decode-text';
import { notify, notifyFailure } from '../store/notify';
import { toFailure } from './failure';

/** The text of a file that a person chose, in whatever encoding; nothing, and a notice, where it is no text. */
export async function readTextFile(file: File): Promise<string | undefined> {
  try {
    const { text, note } = decodeText(file.name, new Uint8Array(await file.arrayBuffer()));
    if (note) notify(`${file.name} is in another encoding`, note);
    return text;
  } catch (error) {
    notifyFailure(`${file.name} was not read`, toFailure(error));
    return undefined;
  }
}
