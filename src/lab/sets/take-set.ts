import type { OfficialSet } from '../../benchmarks/official';
import { throwIfCancelled } from '../../errors';
import type { BenchmarkSet, FetchSettings, GivenFile } from '../contract';
import type { Environment, OfficialPlace } from '../place/environment';
import { type DownloadSetOptions, downloadSet } from './official-download';
import { givenSet } from './official-files';
import { checkSubset, keepSet, needOfficialSet, type SetFiles, seenBefore } from './official-store';

/** Downloads an official set and keeps a subset of it. Throws what `LabItself.fetchBenchmark` says. */
export const fetchSet = (
  task: string,
  settings: FetchSettings,
  environment: Environment,
  options: DownloadSetOptions,
): Promise<BenchmarkSet> =>
  takeSet(task, settings, environment, options, async (set, places) =>
    downloadSet(set, settings, await seenBefore(set, places), environment, options),
  );

/** The same of files that are here. */
export const keepGivenSet = (
  task: string,
  files: readonly GivenFile[],
  settings: Pick<FetchSettings, 'limit' | 'seed'>,
  environment: Environment,
  options: DownloadSetOptions,
): Promise<BenchmarkSet> => takeSet(task, settings, environment, options, async (set) => givenSet(set, files));

/** Keeps a set's files, once they are had. */
async function takeSet(
  task: string,
  settings: FetchSettings,
  environment: Environment,
  { signal }: DownloadSetOptions,
  get: (set: OfficialSet, places: readonly OfficialPlace[]) => Promise<SetFiles>,
): Promise<BenchmarkSet> {
  const set = needOfficialSet(task);
  checkSubset(settings);
  const places = await environment.official();
  const files = await get(set, places);
  throwIfCancelled(signal);
  return keepSet(set, files, settings, places);
}
