/** Official benchmark files that lie in a folder already, in whatever form their publishers give them. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type OfficialSet, officialSets } from '../src/benchmarks/official';
import { benchmarkFile } from '../src/benchmarks/rows';
import { LopperError } from '../src/errors';
import type { SetOrigin } from '../src/lab/contract';
import type { SetFiles } from '../src/lab/official-store';

const MAX_DEPTH = 8;

export interface LocalSet {
  readonly set: OfficialSet;
  /** Below the folder. */
  readonly items: readonly string[];
  readonly fewshot: readonly string[];
}

/** The sets that a folder has files of. Throws `file-missing` for a folder that is not there. */
export async function findLocalSets(folder: string): Promise<LocalSet[]> {
  const paths = await listFiles(folder);
  // The folder's own name may be what tells: `mmlu/test/...`.
  const first = (patterns: readonly RegExp[]) => {
    const fitting = patterns.map((p) => paths.filter((path) => p.test(`${basename(folder)}/${path}`)));
    return fitting.find((found) => found.length > 0) ?? [];
  };
  return officialSets
    .map((set) => ({ set, items: first(set.local.items), fewshot: first(set.local.fewshot) }))
    .filter(({ items }) => items.length > 0);
}

/** The files themselves; a file that is the pinned one is known by its hash. */
export async function readLocalSet(folder: string, { set, items, fewshot }: LocalSet): Promise<SetFiles> {
  const read = async (part: SetOrigin['part'], path: string) => {
    const bytes = await readFile(join(folder, path));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const pinned = sha256 === (part === 'items' ? set.items : set.fewshot)?.sha256;
    const origin: SetOrigin = {
      ...{ part, from: path, bytes: bytes.length, sha256, pinned: pinned ? 'hash' : 'no' },
      ...(pinned && { revision: set.revision }),
    };
    return { origin, file: benchmarkFile(basename(path), bytes) };
  };
  const all = [
    await Promise.all(items.map((path) => read('items', path))),
    await Promise.all(fewshot.map((path) => read('fewshot', path))),
  ] as const;
  return {
    items: all[0].map(({ file }) => file),
    fewshot: all[1].map(({ file }) => file),
    origins: all.flat().map(({ origin }) => origin),
  };
}

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
