import { LopperError } from '../../errors';
import { MOST_RESULT_BYTES } from './result-kinds';

/** Members of an archive at most: a session of hundreds of curves has fewer. */
const MOST_MEMBERS = 1000;
/** Of all members together, bytes once unpacked; and of the file itself. */
const MOST_BYTES = 200_000_000;

/**
 * The files of a zip file from whatever hands, by name. Nothing is unpacked before every member's name and size are looked
 * at. Throws `result-invalid` for what is no zip file, for names that lead out of their folder, and for more than is read.
 */
export async function openZip(bytes: Uint8Array, file: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { unzipSync } = await import('fflate');
  const refuse = (what: string, options?: ErrorOptions) =>
    new LopperError(
      'result-invalid',
      `${file} was not opened: ${what}.`,
      'Choose a zip file that “All results” under Export saved.',
      options,
    );
  if (bytes.length > MOST_BYTES) throw refuse(`it has ${bytes.length} bytes; ${MOST_BYTES} is the most that is read`);
  let members = 0;
  let total = 0;
  const look = ({ name, originalSize }: { readonly name: string; readonly originalSize: number }): boolean => {
    if (/(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[a-z]:|\0/i.test(name))
      throw refuse(`a member is named “${name.slice(0, 80)}”`);
    if (++members > MOST_MEMBERS) throw refuse(`it has more than ${MOST_MEMBERS} members`);
    if (originalSize > MOST_RESULT_BYTES) {
      throw refuse(`${name.slice(0, 80)} has ${originalSize} bytes; ${MOST_RESULT_BYTES} is the most that is read`);
    }
    total += originalSize;
    if (total > MOST_BYTES) throw refuse(`it unpacks to more than ${MOST_BYTES} bytes`);
    return !name.endsWith('/');
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter: look }))) as Map<string, Uint8Array<ArrayBuffer>>;
  } catch (error) {
    if (error instanceof LopperError) throw error;
    throw refuse(`it is damaged, or no zip file (${error instanceof Error ? error.message : 'unreadable'})`, {
      cause: error,
    });
  }
}
