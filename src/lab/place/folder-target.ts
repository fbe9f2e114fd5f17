import { readdir, rmdir } from 'node:fs/promises';
import { LopperError } from '../../errors';
import { type ExportTarget, shelfTarget } from '../../exports/checkpoint/target';
import { folderShelf } from '../../formats/node-shelf';

/**
 * A new folder on disk. It is made when its first file is begun, and gone again where nothing comes of it: what is refused
 * leaves no folder behind. Throws `usage` where it is there with files in it, or is a file itself.
 */
export async function folderTarget(path: string): Promise<ExportTarget> {
  const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOTDIR') throw taken(`${path} is a file`, cause);
    return undefined;
  });
  if (names && names.length > 0) throw taken(`${path} is not empty`);
  let begun: ExportTarget | undefined;
  return {
    async create(name) {
      begun ??= shelfTarget(await folderShelf(path, 'choose another folder'));
      return begun.create(name);
    },
    finish: async () => begun?.finish(),
    async abandon() {
      await begun?.abandon();
      if (!names) await rmdir(path).catch(() => undefined);
    },
  };
}

const taken = (what: string, cause?: Error): LopperError =>
  new LopperError('usage', `${what}: nothing is written over.`, 'Name a folder that is not there yet.', { cause });
