import * as v from 'valibot';
import { type OfficialSet, officialSetOf, officialSets, pageOf } from '../../benchmarks/official';
import { officialRows, subset } from '../../benchmarks/official-rows';
import { taskNamed } from '../../benchmarks/tasks';
import { LopperError } from '../../errors';
import type { BenchmarkSet, FetchSettings, NamedFile, SetOrigin, StoredSet } from '../contract';
import type { OfficialPlace } from '../place/environment';

const MANIFEST = 'manifest.json';
const DEFAULT_SEED = 0;

const entry = v.object({
  title: v.string(),
  licence: v.string(),
  source: v.string(),
  items: v.number(),
  of: v.number(),
  examples: v.number(),
  seed: v.optional(v.number()),
  origins: v.array(
    v.object({
      part: v.picklist(['items', 'fewshot']),
      from: v.string(),
      revision: v.optional(v.string()),
      bytes: v.number(),
      sha256: v.string(),
      pinned: v.picklist(['hash', 'revision', 'no']),
    }),
  ),
});
const manifest = v.object({
  format: v.literal('lopper-official-benchmarks'),
  version: v.literal(1),
  sets: v.record(v.string(), entry),
});
type Entries = v.InferOutput<typeof manifest>['sets'];

/** The files of a set, whole, and where they are from. */
export interface SetFiles {
  readonly items: readonly NamedFile[];
  readonly fewshot: readonly NamedFile[];
  readonly origins: readonly SetOrigin[];
}

/** Throws `usage` for a subset that cannot be taken. */
export function checkSubset({ limit, seed }: Pick<FetchSettings, 'limit' | 'seed'>): void {
  const wrong = (name: string, value: number, least: number) =>
    new LopperError('usage', `${name} is ${value}.`, `Give a whole number of ${least} or more.`);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) throw wrong('limit', limit, 1);
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0)) throw wrong('seed', seed, 0);
}

/** All official sets, and what of each is here. */
export async function listSets(places: readonly OfficialPlace[]): Promise<BenchmarkSet[]> {
  const kept: Entries = Object.assign({}, ...(await Promise.all(places.map(readManifest))).reverse());
  return officialSets.map((set) => describe(set, kept[set.tasks[0]]));
}

/**
 * Keeps a subset of a set's items in the first place, as lines of the publisher's rows, and all or as many worked
 * examples: those that are the same for every item stay whole. Throws `benchmark-invalid` and `usage`.
 */
export async function keepSet(
  set: OfficialSet,
  { items, fewshot, origins }: SetFiles,
  { limit, seed = DEFAULT_SEED }: FetchSettings,
  places: readonly OfficialPlace[],
): Promise<BenchmarkSet> {
  const name = set.tasks[0];
  const rows = await officialRows(set, items);
  const examples = fewshot.length > 0 ? await officialRows(set, fewshot) : [];
  const drawn = taskNamed(name).fewshot.startsWith('random');
  const chosen = subset(rows, limit, seed);
  const pool = subset(examples, drawn ? limit : undefined, seed);
  const place = placeToWrite(places);
  const kept = await readManifest(place);
  const stored: StoredSet = {
    items: chosen.length,
    of: rows.length,
    examples: pool.length,
    ...(chosen.length < rows.length && { seed }),
    origins,
  };
  // The manifest comes last and speaks of nothing before: an interruption leaves no set that is half another.
  const { [name]: _, ...others } = kept;
  await writeManifest(place, others);
  await place.write!(fileOf(name, 'items'), lines(chosen));
  if (pool.length > 0) await place.write!(fileOf(name, 'fewshot'), lines(pool));
  await writeManifest(place, { ...others, [name]: { ...aboutSet(set), ...stored, origins: [...origins] } });
  return describe(set, stored);
}

/** What a task asks where a request gives no files; undefined where its official set is not here. Throws `file-missing`. */
export async function storedSet(
  task: string,
  places: readonly OfficialPlace[],
): Promise<{ items: NamedFile[]; fewshot: NamedFile[]; about: string } | undefined> {
  const set = officialSetOf(task);
  if (!set) return undefined;
  const [name] = set.tasks;
  for (const place of places) {
    const stored = (await readManifest(place))[name];
    if (!stored) continue;
    const file = async (part: SetOrigin['part']): Promise<NamedFile> => {
      const text = await place.read(fileOf(name, part));
      if (text !== undefined) return { name: fileOf(name, part), text };
      throw new LopperError('file-missing', `${fileOf(name, part)} of ${set.title} is gone.`, 'Fetch the set again.');
    };
    return {
      items: [await file('items')],
      fewshot: stored.examples > 0 ? [await file('fewshot')] : [],
      about: `${amountOf(set, stored)} of ${set.title}, the official set. Licence: ${set.licence}.`,
    };
  }
  return undefined;
}

/** What an earlier download saw of a set's files: later ones are held against it. */
export const seenBefore = async (set: OfficialSet, places: readonly OfficialPlace[]): Promise<readonly SetOrigin[]> =>
  (await readManifest(placeToWrite(places)))[set.tasks[0]]?.origins ?? [];

/** Throws `usage` for a task without an official set. */
export function needOfficialSet(task: string): OfficialSet {
  const set = officialSetOf(task);
  if (set) return set;
  throw new LopperError(
    'usage',
    `There is no official set for "${task.slice(0, 60)}".`,
    `Use one of ${officialSets.map((s) => s.tasks[0]).join(', ')}.`,
  );
}

const count = (n: number) => n.toLocaleString('en');

/** "500 of the 1,319 items (random, seed 0)": how much of a set is here; a file may hold a part of it only. */
export function amountOf(set: Pick<OfficialSet, 'count'>, { items, of, seed }: StoredSet): string {
  const whole = of < set.count ? `; the whole set has ${count(set.count)}` : '';
  if (items < of) return `${count(items)} of the ${count(of)} items (random, seed ${seed}${whole})`;
  return whole ? `${count(of)} items (in a file of them${whole})` : `All ${count(of)} items`;
}

const fileOf = (name: string, part: SetOrigin['part']) => `${name}.${part}.jsonl`;
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const aboutSet = (set: OfficialSet) => ({ title: set.title, licence: set.licence, source: pageOf(set) });

function describe(set: OfficialSet, here?: StoredSet): BenchmarkSet {
  const sizes = [set.items, set.fewshot].filter((f) => f !== undefined).map((f) => f.bytes);
  const bytes = sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
  const { tasks, count: items, gated } = set;
  return {
    task: tasks[0],
    tasks,
    ...aboutSet(set),
    items,
    ...{ bytes, gated },
    ...(here && { here: onlyStored(here) }),
  };
}

/** Without what a manifest says besides. */
const onlyStored = ({ items, of, examples, seed, origins }: StoredSet): StoredSet => ({
  ...{ items, of, examples, origins },
  ...(seed !== undefined && { seed }),
});

function placeToWrite(places: readonly OfficialPlace[]): OfficialPlace {
  const [first] = places;
  if (first?.write) return first;
  throw new LopperError('usage', 'Nothing can be kept here.', 'Use another browser, or give the files with each run.');
}

/** A manifest that is missing or damaged has no sets. */
async function readManifest(place: OfficialPlace): Promise<Entries> {
  const text = await place.read(MANIFEST);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), manifest), text);
  return parsed.success ? parsed.output.sets : {};
}

const writeManifest = (place: OfficialPlace, sets: Entries) =>
  place.write!(
    MANIFEST,
    `${JSON.stringify({ format: 'lopper-official-benchmarks', version: 1, sets }, undefined, 1)}\n`,
  );
