import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { LopperError } from '../errors';

/**
 * Writes a file by way of one beside it, so that under its name it is whole at any moment; its folder is made. Several may
 * write the same one: the last to end counts. Throws `file-missing`.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.${hostname()}-${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, text);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    const { code } = cause as NodeJS.ErrnoException;
    throw new LopperError('file-missing', `${path} cannot be written (${code}).`, 'Check the path.', { cause });
  }
}
