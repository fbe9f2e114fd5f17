import { LopperError, throwIfCancelled } from '../errors';
import type { ModelFiles } from './bytes';
import type { DownloadCache } from './cache';
import type { DownloadOptions } from './download';
import { DEFAULT_HOST, DEFAULT_REVISION } from './hub-defaults';
import { remoteFiles } from './remote';

export interface HubModel {
  /** `owner/name`, or the bare name of an old model (`gpt2`). */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision?: string;
  /** The hub or a mirror of it: files are at `{host}/{repo}/resolve/{revision}/{file}`. */
  readonly host?: string;
}

/** A model on the Hugging Face hub, downloaded file by file as they are asked for. Throws `usage` for an impossible id. */
export function openHub(
  { repo, revision = DEFAULT_REVISION, host = DEFAULT_HOST }: HubModel,
  cache: DownloadCache,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): ModelFiles {
  checkRepo(repo);
  checkRevision(revision);
  const base = `${checkHost(host)}/${repo}`;
  const at = `${base}/resolve/${encodeURIComponent(revision)}`;
  const files = remoteFiles({
    id: repo,
    revision,
    key: `${base}@${revision}`,
    cache,
    options,
    pageMeansMissing: false,
    url: (file) => `${at}/${file.split('/').map(encodeURIComponent).join('/')}`,
    refused(file, status) {
      if (status === 404) {
        return new LopperError(
          'file-missing',
          `${file} is not in ${repo} at revision "${revision}" on ${host}.`,
          'Check the id and the revision; the model needs config.json and weights as safetensors or pytorch_model.bin.',
        );
      }
      if (status === 401 || status === 403) {
        return new LopperError(
          'download-failed',
          `${host} does not give out ${repo} (${status}): it is gated or private, or there is no such model.`,
          'Check the id. If the model needs an account, download it with one and open the local folder.',
        );
      }
      return new LopperError(
        'download-failed',
        `${host} answers ${status} to the request for ${file} of ${repo} at revision "${revision}".`,
        'Check the host, or open a local folder.',
      );
    },
  });
  const listed = `${checkHost(host)}/api/models/${repo}/tree/${encodeURIComponent(revision)}?recursive=true`;
  return { ...files, catalogue: (signal) => namesAt(listed, options.fetch ?? fetch, signal) };
}

/** A hub says what it has in pages of a thousand, of which the first is enough to choose from. */
async function namesAt(url: string, get: typeof fetch, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const response = await get(url, { signal });
    const entries: unknown = response.ok ? await response.json() : undefined;
    if (!Array.isArray(entries)) return undefined;
    return entries.flatMap((entry) => (typeof entry?.path === 'string' && entry.type === 'file' ? [entry.path] : []));
  } catch {
    throwIfCancelled(signal);
    return undefined; // a mirror of files alone, or no network: asking for the files says which
  }
}

/** Whether a text looks like a hub id. */
export const isRepoId = (text: string): boolean =>
  /^(?:[A-Za-z0-9][\w.-]{0,95}\/)?[A-Za-z0-9][\w.-]{0,95}$/.test(text) && !text.includes('..');

function checkRepo(repo: string): void {
  if (isRepoId(repo)) return;
  throw new LopperError(
    'usage',
    `"${repo.slice(0, 120)}" is not a hub id.`,
    'Write it as owner/name, e.g. Qwen/Qwen3-0.6B.',
  );
}

/** Half of a surrogate pair cannot be written into an address. */
const LONE = /[\uD800-\uDFFF]/u;

function checkRevision(revision: string): void {
  const parts = revision.split('/');
  if (revision !== '' && !LONE.test(revision) && !parts.includes('.') && !parts.includes('..')) return;
  throw new LopperError(
    'usage',
    `${JSON.stringify(revision.slice(0, 120))} is not a revision.`,
    `Write a branch, a tag or a commit, e.g. ${DEFAULT_REVISION}.`,
  );
}

/** A host without slashes at its end. Throws `usage`. */
export function checkHost(host: string): string {
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash) {
    return url.href.replace(/\/+$/, '');
  }
  throw new LopperError(
    'usage',
    `"${host.slice(0, 120)}" is not a host.`,
    `Write it with its scheme, e.g. ${DEFAULT_HOST}.`,
  );
}
