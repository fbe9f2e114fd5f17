import type { DownloadCache, KeptFile } from '../../formats/cache';
import { ggufModels } from '../../formats/gguf/names-of-files';
import type { KeptDownload, ModelRequest } from '../contract';

/** A file of a model of a hub: its host, its id, its revision and its name. */
const OF_MODEL = /^((https?:\/\/.+?)\/((?:[^/@]+\/)?[^/@]+)@(refs\/[^/]+\/[^/]+|[^/]+))\/(.+)$/;

/** Files from one place are one download: a model with its shards and its tokenizer. */
const placeOf = (key: string) => OF_MODEL.exec(key)?.[1] ?? key.slice(0, key.lastIndexOf('/'));

/** Everything that was downloaded and kept, the largest first. */
export async function listDownloads(cache: DownloadCache): Promise<KeptDownload[]> {
  const places = new Map<string, KeptFile[]>();
  for (const file of await cache.list()) {
    const from = placeOf(file.key);
    places.set(from, [...(places.get(from) ?? []), file]);
  }
  return [...places].map(([from, files]) => downloadOf(from, files)).sort((a, b) => b.bytes - a.bytes);
}

function downloadOf(from: string, files: readonly KeptFile[]): KeptDownload {
  const request = requestOf(files);
  return {
    from,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    complete: files.every(({ complete }) => complete),
    ...(files.some(({ inMemory }) => inMemory) && { inMemory: true }),
    ...(request && { request }),
  };
}

/** How it is opened again, where it is a model: of several GGUF files the one that is not whole yet. */
function requestOf(files: readonly KeptFile[]): ModelRequest | undefined {
  const [, , host, repo, revision] = OF_MODEL.exec(files[0]!.key) ?? [];
  if (host === undefined || repo === undefined || revision === undefined) return undefined;
  const unfinishedFirst = [...files].sort((a, b) => Number(a.complete) - Number(b.complete));
  const names = unfinishedFirst.map(({ key }) => OF_MODEL.exec(key)![5]!);
  const [file] = ggufModels(names);
  if (file === undefined && !names.includes('config.json')) return undefined;
  return { kind: 'hub', repo, revision, host, ...(file !== undefined && { file }) };
}

/** Deletes a download, and what is noted of it. */
export async function forgetDownload(cache: DownloadCache, from: string): Promise<void> {
  const keys = (await cache.list()).map((file) => file.key).filter((key) => placeOf(key) === from);
  for (const key of [...keys, from]) await cache.remove(key);
}
