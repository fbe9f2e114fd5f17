import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource } from './bytes';
import type { DownloadCache, Part, PartRecord } from './cache';
import { sha256 } from './sha256';
import { type DownloadOptions, type DownloadRequest, Interrupted, transfer, Unusable } from './transfer';

export type { DownloadOptions, DownloadRequest } from './transfer';

export const ATTEMPTS = 5;
export const BACKOFF_MS = 500;

/**
 * The file, from the cache or downloaded into it. After a cut it goes on where it stopped, several times with growing
 * waits; what was received stays for the next call, also when cancelled. Size and SHA-256 are checked where the request
 * or the server gives them. Throws `cancelled`, `not-a-model-file`, `download-cut`, `download-failed` and what `refused` gives.
 */
export async function download(
  request: DownloadRequest,
  cache: DownloadCache,
  options: DownloadOptions = {},
): Promise<ByteSource> {
  const { key, file } = request;
  const { signal } = options;
  throwIfCancelled(signal);
  const kept = await cache.find(key, file);
  if (kept) return kept;
  const work = async () => (await cache.find(key, file)) ?? persist(request, cache, options);
  return orCancelled(cache.exclusive(key, signal, work), signal);
}

/** Rejects as soon as the signal is raised, however long the work takes to notice. */
function orCancelled<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const cancel = () => {
      try {
        throwIfCancelled(signal);
      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener('abort', cancel);
    cancel();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

async function persist(request: DownloadRequest, cache: DownloadCache, options: DownloadOptions): Promise<ByteSource> {
  const { key, file } = request;
  const { signal, backoffMs = BACKOFF_MS, attempts = ATTEMPTS } = options;
  let barren = 0;
  let restarts = 0;
  let furthest = 0;
  for (;;) {
    throwIfCancelled(signal);
    const part = await cache.part(key, file);
    const before = await part.size();
    try {
      if (before === 0 || before !== (await part.record())?.total) await transfer(request, part, options);
      await verify(part, request, signal);
    } catch (error) {
      throwIfCancelled(signal);
      if (error instanceof LopperError) {
        if (error.code === 'not-a-model-file') await part.discard();
        throw error;
      }
      if (isQuota(error)) {
        await cache.moveToMemory(key, file, `The browser has no room to keep ${file}, so it stays in memory.`);
        continue;
      }
      if (error instanceof Unusable) {
        await part.discard();
        if (++restarts > 1) throw failed(request, error.message);
        continue;
      }
      const after = await part.size();
      barren = after > Math.max(before, furthest) ? 0 : barren + 1;
      furthest = Math.max(after, furthest);
      if (barren >= attempts) throw gaveUp(request, error as Error, after, await part.record());
      const asked = error instanceof Interrupted ? error.waitMs : 0;
      await pause(Math.max(asked, backoffMs * 2 ** Math.max(0, barren - 1)), signal);
      continue;
    }
    return part.finish();
  }
}

async function verify(part: Part, { file, expected }: DownloadRequest, signal?: AbortSignal): Promise<void> {
  const record = await part.record();
  const size = await part.size();
  if (expected?.bytes !== undefined && size !== expected.bytes) {
    throw new Unusable(`${file} has ${size} bytes, and not the ${expected.bytes} of the file that was asked for`);
  }
  // A page does not see that an answer from another origin was compressed: then more comes out than was announced.
  if (record?.total !== undefined && (record.exact ? size !== record.total : size < record.total)) {
    throw new Unusable(`the server promised ${record.total} bytes of ${file} and sent ${size}`);
  }
  const wanted = [
    { sha256: expected?.sha256, whose: 'that of the file that was asked for is' },
    { sha256: record?.sha256, whose: 'the server promised' },
  ].filter((w) => w.sha256 !== undefined);
  if (wanted.length === 0) return;
  const actual = await sha256(await part.source(), signal);
  for (const { sha256: promised, whose } of wanted) {
    if (actual !== promised) throw new Unusable(`the SHA-256 of ${file} is ${actual}, but ${whose} ${promised}`);
  }
}

const isQuota = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

const failed = ({ file, url }: DownloadRequest, why: string): LopperError =>
  new LopperError(
    'download-failed',
    `${file} could not be downloaded from ${new URL(url).host}: ${why}.`,
    'Try again later or from another host, or download the files yourself and open the folder.',
  );

function gaveUp(request: DownloadRequest, cause: Error, have: number, record?: PartRecord): LopperError {
  const why = cause instanceof Interrupted ? cause.message : `no connection (${reason(cause)})`;
  if (have === 0) return failed(request, why);
  return new LopperError(
    'download-cut',
    `The download of ${request.file} was cut at byte ${have}${record?.total ? ` of ${record.total}` : ''}: ${why}.`,
    'Try again: the download goes on from there.',
    { cause },
  );
}

/** Node hides the reason of a failed fetch one level down. */
export const reason = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message);

/** Ends early where the signal is raised. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    }
    signal?.addEventListener('abort', end);
  });
}
