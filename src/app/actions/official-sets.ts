import { officialSetOf } from '../../benchmarks/official';
import { taskNamed } from '../../benchmarks/tasks';
import type { BenchmarkSet, FetchSettings, JobOptions, NamedFile, StoredSet } from '../../lab/contract';
import { store } from '../store/store';
import { whole } from '../words/format';
import { setCalibration } from './calibration';
import { namesOf, readFiles } from './item-files';
import { lab, runJob, throwIfOvertaken } from './jobs';

/** Looks which official benchmarks are on this machine. */
export async function showSets(): Promise<void> {
  const officialSets = await lab()
    .benchmarkSets()
    .catch(() => undefined);
  if (officialSets) store.setState({ officialSets });
}

/** A set's job: from wherever it comes, its tasks are offered once it is there. */
async function bring(
  set: BenchmarkSet,
  failure: string,
  run: (options: JobOptions) => Promise<unknown>,
): Promise<void> {
  const { ended } = await runJob({ slot: 'benchmark', of: set.task, label: set.title, failure, run });
  if (ended === 'done') await offerSet(set);
}

/** Downloads an official benchmark from its publisher, or from the mirror in `settings`, and offers its tasks. */
export const getSet = (set: BenchmarkSet, settings: FetchSettings): Promise<void> =>
  bring(set, `${set.title} could not be fetched`, (options) => lab().fetchBenchmark(set.task, settings, options));

/** Takes an official benchmark from files that someone has already, and offers its tasks. */
export const openSet = (set: BenchmarkSet, files: readonly File[], settings: FetchSettings): Promise<void> =>
  bring(set, `${set.title} could not be opened`, async (options) => {
    const given = await readFiles(files);
    throwIfOvertaken('benchmark', options);
    return lab().keepBenchmark(set.task, given, settings, options);
  });

/** Offers a set that came just now. What was measured on other items of it has to be measured anew. */
async function offerSet(set: BenchmarkSet): Promise<void> {
  await showSets();
  const { task } = store.getState().calibration;
  if (task && !task.data && officialSetOf(task.task)?.tasks[0] === set.task) calibrateOn(task.task, task.limit);
}

/** Takes a benchmark's first items as calibration: of the files given, else of what is here. */
export function calibrateOn(name: string, limit: number, data?: readonly NamedFile[]): void {
  const { calibration, officialSets } = store.getState();
  const { title } = taskNamed(name);
  const here = setHere(officialSets, name);
  const items = data ? `${namesOf(data)} (${name})` : here ? `${title} (${partOf(here)})` : title;
  setCalibration({
    source: `first ${limit === 1 ? 'item' : `${whole(limit)} items`} of ${items}`,
    chosen: true,
    text: '',
    seqLen: calibration.seqLen,
    task: { task: name, limit, ...(data ? { data } : here && { subset: subsetOf(officialSets, name) }) },
  });
}

/** "all 1,319 items", "20 of 1,319 items, seed 0": what of a set is here. */
export const partOf = ({ items, of, seed }: StoredSet): string =>
  `${items === of ? 'all' : `${whole(items)} of`} ${whole(of)}${seed === undefined ? '' : `, seed ${seed}`}`;

/** What of the official set that a task asks is here. */
export const setHere = (sets: readonly BenchmarkSet[], task: string): StoredSet | undefined =>
  sets.find((s) => s.task === officialSetOf(task)?.tasks[0])?.here;

/** Names the items of an official task that are here, for answers to be kept with; undefined for all other tasks. */
export function subsetOf(sets: readonly BenchmarkSet[], task: string): string | undefined {
  const here = setHere(sets, task);
  return here && [here.items, here.of, here.seed ?? '', ...here.origins.map((o) => o.sha256.slice(0, 16))].join('/');
}
