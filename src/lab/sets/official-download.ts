import type { OfficialFile, OfficialSet } from '../../benchmarks/official';
import { benchmarkFile } from '../../benchmarks/rows';
import { fetchDatasetFile } from '../../formats/dataset-files';
import { hubFetch } from '../../formats/hub';
import { DEFAULT_HOST } from '../../formats/hub-defaults';
import { sha256 } from '../../formats/sha256';
import type { FetchSettings, Progress, SetOrigin } from '../contract';
import type { Environment } from '../place/environment';
import { loadingProgress } from '../running/progress';
import type { SetFiles } from './official-store';

export interface DownloadSetOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: Progress) => void;
}

/**
 * Downloads a set's files from its publisher, checked by their pins; where there are none, by what `seen` says of an
 * earlier download, else by the hub's own hashes. Throws as `fetchDatasetFile` does.
 */
export async function downloadSet(
  set: OfficialSet,
  settings: FetchSettings,
  seen: readonly SetOrigin[],
  environment: Pick<Environment, 'downloads' | 'hub'>,
  { signal, onProgress }: DownloadSetOptions = {},
): Promise<SetFiles> {
  const { cache, fetch: plain } = await environment.downloads(() => {});
  // A set that is given out on request is shown the token of the hub that has it, as a model is.
  const { host = DEFAULT_HOST } = settings;
  const fetch = set.at === 'hub' ? hubFetch(host, { ...environment.hub(host), fetch: plain }) : plain;
  const { onBytes } = loadingProgress(onProgress);
  const one = async (part: SetOrigin['part'], file: OfficialFile) => {
    // A file that someone had already says nothing of what the publisher has.
    const before = seen.find((o) => o.part === part && o.revision && o.from.endsWith(`/${file.path}`));
    const known = file.sha256 || !before ? file : { ...file, bytes: before.bytes, sha256: before.sha256 };
    const revision = set.revision ?? before?.revision;
    const { source, url, ...found } = await fetchDatasetFile(
      { ...known, at: set.at, repo: set.repo, revision },
      { ...settings, gated: set.gated },
      cache,
      { signal, fetch, onProgress: (p) => onBytes({ ...p, file: `${set.title}, ${p.file}` }) },
    );
    const bytes = await source.read(0, source.size, signal);
    const origin: SetOrigin = {
      ...{ part, from: url, revision: found.revision, bytes: source.size },
      sha256: await sha256(source, signal),
      pinned: file.sha256 ? 'hash' : set.revision ? 'revision' : 'no',
    };
    return { origin, file: benchmarkFile(source.name, bytes) };
  };
  const items = await one('items', set.items);
  const fewshot = set.fewshot && (await one('fewshot', set.fewshot));
  return {
    items: [items.file],
    fewshot: fewshot ? [fewshot.file] : [],
    origins: [items.origin, ...(fewshot ? [fewshot.origin] : [])],
  };
}
