import type { DownloadCache } from '../../formats/cache';
import type { KeptDownload } from '../contract';

/** Files from one place are one download: a model with its shards and its tokenizer. */
const placeOf = (key: string) => key.slice(0, key.lastIndexOf('/'));

/** Everything that was downloaded and kept, the largest first. */
export async function listDownloads(cache: DownloadCache): Promise<KeptDownload[]> {
  const places = new Map<string, KeptDownload>();
  for (const { key, bytes, complete } of await cache.list()) {
    const from = placeOf(key);
    const before = places.get(from) ?? { from, bytes: 0, complete: true };
    places.set(from, { from, bytes: before.bytes + bytes, complete: before.complete && complete });
  }
  return [...places.values()].sort((a, b) => b.bytes - a.bytes);
}

/** Deletes a download, and what is noted of it. */
export async function forgetDownload(cache: DownloadCache, from: string): Promise<void> {
  const keys = (await cache.list()).map((file) => file.key).filter((key) => placeOf(key) === from);
  for (const key of [...keys, from]) await cache.remove(key);
}
