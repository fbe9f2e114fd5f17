/** Official benchmark files that lie in a folder already, in whatever form their publishers give them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type OfficialSet, officialSets } from '../src/benchmarks/official';
import { LopperError } from '../src/errors';
import { findSet, readSet, type SetPaths } from '../src/lab/sets/official-files';
import type { SetFiles } from '../src/lab/sets/official-store';

const MAX_DEPTH = 8;

export interface LocalSet extends SetPaths {
  readonly set: OfficialSet;
}

/** The sets that a folder has files of. Throws `file-missing` for a folder that is not there. */
export async function findLocalSets(folder: string): Promise<LocalSet[]> {
  const paths = await listFiles(folder);
  return officialSets
    .map((set) => ({ set, ...findSet(set, paths, basename(folder)) }))
    .filter(({ items }) => items.length > 0);
}

export const readLocalSet = (folder: string, { set, ...paths }: LocalSet): Promise<SetFiles> =>
  readSet(set, paths, (path) => readFile(join(folder, path)));

async function listFiles(folder: string, below = '', depth = 0): Promise<string[]> {
  const names = await readdir(join(folder, below)).catch((cause) => {
    throw new LopperError('file-missing', `${join(folder, below)} cannot be read (${cause.code}).`, 'Check the path.');
  });
  const paths: string[] = [];
  for (const name of names.sort()) {
    const path = join(below, name);
    // A hub's cache is made of links.
    const found = await stat(join(folder, path)).catch(() => undefined);
    if (found?.isDirectory() && depth < MAX_DEPTH) paths.push(...(await listFiles(folder, path, depth + 1)));
    else if (found?.isFile()) paths.push(path);
  }
  return paths;
}
