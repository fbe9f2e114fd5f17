import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource } from './bytes';
import type { DownloadCache } from './cache';
import { type DownloadOptions, download } from './download';
import { checkHost } from './hub';
import { DEFAULT_HOST } from './hub-defaults';
import { withClock } from './with-clock';

const RAW_HOST = 'https://raw.githubusercontent.com';

/** A file of a data set at its publisher. */
export interface DatasetFile {
  /** `hub`: at `{host}/datasets/{repo}/resolve/{revision}/{path}`; `github`: at `{rawHost}/{repo}/{revision}/{path}`. */
  readonly at: 'hub' | 'github';
  /** `owner/name`. */
  readonly repo: string;
  /** Commit; without one, the hub is asked which is its newest. */
  readonly revision?: string;
  readonly path: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

export interface DatasetHosts {
  readonly host?: string;
  readonly rawHost?: string;
}

export interface FetchedFile {
  readonly source: ByteSource;
  readonly url: string;
  readonly revision: string;
}

/**
 * The file, from the cache or downloaded into it, checked against what is known of it; of a hub's file without a known
 * hash, against the hash that the hub itself keeps. Throws as `download` does; `gated` is the remedy where the publisher
 * refuses.
 */
export async function fetchDatasetFile(
  file: DatasetFile,
  { host = DEFAULT_HOST, rawHost = RAW_HOST, gated }: DatasetHosts & { readonly gated?: string },
  cache: DownloadCache,
  options: DownloadOptions = {},
): Promise<FetchedFile> {
  const base = checkHost(file.at === 'hub' ? host : rawHost);
  const asking = { base, gated, signal: options.signal, fetch: options.fetch ?? fetch };
  const revision = file.revision ?? (await newestRevision(file, asking));
  const expected = file.sha256 || file.at === 'github' ? file : await lfsFacts(file, revision, asking);
  const at = file.at === 'hub' ? `datasets/${file.repo}/resolve/${revision}` : `${file.repo}/${revision}`;
  const url = `${base}/${at}/${file.path}`;
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const refused = (status: number) => refusal(status, url, gated);
  const source = await download({ url, key: url, file: name, refused, expected }, cache, options);
  return { source, url, revision };
}

interface Asking {
  readonly base: string;
  readonly gated?: string;
  readonly signal?: AbortSignal;
  readonly fetch: typeof fetch;
}

/** The commit that a data set's main branch is at. */
async function newestRevision({ repo }: DatasetFile, asking: Asking): Promise<string> {
  const url = `${asking.base}/api/datasets/${repo}/revision/main`;
  const sha = ((await askJson(url, asking)) as { sha?: unknown } | undefined)?.sha;
  if (typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha)) return sha;
  throw new LopperError(
    'download-failed',
    `${url} does not say which commit of ${repo} is the newest.`,
    'Use the hub itself or a mirror that answers as it does, or give files that you have already.',
  );
}

/** What the hub says of a large file of its own: its size and SHA-256. A mirror may say nothing. */
async function lfsFacts(
  { repo, path }: DatasetFile,
  revision: string,
  asking: Asking,
): Promise<{ bytes?: number; sha256?: string }> {
  const folder = path.includes('/') ? `/${path.slice(0, path.lastIndexOf('/'))}` : '';
  const url = `${asking.base}/api/datasets/${repo}/tree/${revision}${folder}`;
  const entries = await askJson(url, asking).catch((error) => {
    if (error instanceof LopperError && error.code === 'file-missing') return [];
    throw error;
  });
  const entry = Array.isArray(entries) ? entries.find((e) => e?.path === path) : undefined;
  const { oid, size } = entry?.lfs ?? {};
  return {
    ...(Number.isSafeInteger(size) && { bytes: size }),
    ...(typeof oid === 'string' && /^[0-9a-f]{64}$/.test(oid) && { sha256: oid }),
  };
}

async function askJson(url: string, { fetch, signal, gated }: Asking): Promise<unknown> {
  throwIfCancelled(signal);
  const asking = (clocked: AbortSignal) => fetch(url, { signal: clocked, headers: { accept: 'application/json' } });
  try {
    return await withClock(ANSWER_MS, signal, async (clocked) => {
      const response = await asking(clocked);
      if (!response.ok) throw refusal(response.status, url, gated);
      const text = await response.text();
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    });
  } catch (cause) {
    throwIfCancelled(signal);
    if (cause instanceof LopperError) throw cause;
    throw new LopperError(
      'download-failed',
      `No answer from ${new URL(url).host}.`,
      'Check the connection, or try another host.',
      { cause },
    );
  }
}

/** A list of files or a commit is a few kilobytes: a server that takes longer is not answering. */
const ANSWER_MS = 30_000;

function refusal(status: number, url: string, gated?: string): LopperError {
  if ((status === 401 || status === 403) && gated) {
    return new LopperError('download-failed', `${new URL(url).host} does not give out ${url} (${status}).`, gated);
  }
  const missing = status === 404;
  return new LopperError(
    missing ? 'file-missing' : 'download-failed',
    missing ? `${url} is not there.` : `${url} answers ${status}.`,
    'Try again later or from another host, or give files that you have already.',
  );
}
