import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { benchmarkFile } from '../benchmarks/rows';
import { mayHoldItems } from '../benchmarks/splits';
import { LopperError } from '../errors';
import type { NamedFile } from '../lab/contract';
import type { Surroundings } from './command';

/**
 * The benchmark files at a path, under the names they have there: one file, or all in a folder, such as MMLU's subjects.
 * Throws `file-missing`.
 */
async function readDataFiles(path: string): Promise<NamedFile[]> {
  const files = (await isFolder(path)) ? await inFolder(path) : [path];
  if (files.length === 0) {
    throw new LopperError(
      'file-missing',
      `${path} has no files of items in it.`,
      'Name a folder with CSV, JSONL, JSON or parquet files, or one such file.',
    );
  }
  return Promise.all(
    files.map(async (file) => benchmarkFile(basename(file), await readFile(file).catch(unreadable(file)))),
  );
}

/** The same at the path that an option names; undefined where it is not given. */
export async function readDataOption({ args, path }: Surroundings, option: string): Promise<NamedFile[] | undefined> {
  const given = args.values.get(option);
  return given === undefined ? undefined : readDataFiles(path(given));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(unreadable(path))).isDirectory();
}

const inFolder = async (path: string) =>
  (await readdir(path))
    .filter(mayHoldItems)
    .sort()
    .map((name) => join(path, name));

/** What to throw when a path cannot be read. */
export const unreadable =
  (path: string) =>
  (cause: NodeJS.ErrnoException): never => {
    const what = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`;
    throw new LopperError('file-missing', `${path} ${what}.`, 'Check the path.', { cause });
  };
