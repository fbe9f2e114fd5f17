import type { OfficialSet } from '../../benchmarks/official';
import { benchmarkFile } from '../../benchmarks/rows';
import { LopperError } from '../../errors';
import { sha256Of } from '../../formats/sha256';
import type { GivenFile, SetOrigin } from '../contract';
import type { SetFiles } from './official-store';

/** Paths of a set's files, by what they are. */
export interface SetPaths {
  readonly items: readonly string[];
  readonly fewshot: readonly string[];
}

/** The set's files among paths below a folder, whose own name may be what tells: `mmlu/test/...`. */
export function findSet({ local }: OfficialSet, paths: readonly string[], folder: string): SetPaths {
  const first = (patterns: readonly RegExp[]) => {
    const fitting = patterns.map((p) => paths.filter((path) => p.test(`${folder}/${path}`)));
    return fitting.find((found) => found.length > 0) ?? [];
  };
  return { items: first(local.items), fewshot: first(local.fewshot) };
}

/**
 * Files that someone gives as a set's: a name tells which are worked examples, and where it does not tell which are items,
 * all others are. Throws `benchmark-invalid` for examples alone.
 */
export async function givenSet(set: OfficialSet, files: readonly GivenFile[]): Promise<SetFiles> {
  const names = files.map((file) => file.name);
  const { items, fewshot } = findSet(set, names, set.tasks[0]);
  const taken = items.length > 0 ? items : names.filter((name) => !fewshot.includes(name));
  if (taken.length > 0) {
    return readSet(set, { items: taken, fewshot }, async (path) => files.find((f) => f.name === path)!.bytes);
  }
  throw new LopperError(
    'benchmark-invalid',
    `${names.join(', ')} has worked examples of ${set.title}, and no items.`,
    'Give the file of its items too.',
  );
}

/** The files themselves; a file that is the pinned one is known by its hash. */
export async function readSet(
  set: OfficialSet,
  { items, fewshot }: SetPaths,
  read: (path: string) => Promise<Uint8Array>,
): Promise<SetFiles> {
  const one = (part: SetOrigin['part']) => async (path: string) => {
    const bytes = await read(path);
    const sha256 = await sha256Of(bytes);
    const pinned = sha256 === set[part]?.sha256;
    const origin: SetOrigin = {
      ...{ part, from: path, bytes: bytes.length, sha256, pinned: pinned ? 'hash' : 'no' },
      ...(pinned && { revision: set.revision }),
    };
    return { origin, file: benchmarkFile(path.slice(path.lastIndexOf('/') + 1), bytes) };
  };
  const asked = await Promise.all(items.map(one('items')));
  const examples = await Promise.all(fewshot.map(one('fewshot')));
  return {
    items: asked.map(({ file }) => file),
    fewshot: examples.map(({ file }) => file),
    origins: [...asked, ...examples].map(({ origin }) => origin),
  };
}
