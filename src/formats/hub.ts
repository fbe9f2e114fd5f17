import { LopperError, throwIfCancelled } from '../errors';
import type { ModelFiles } from './bytes';
import type { DownloadCache } from './cache';
import type { DownloadOptions } from './download';
import { isRepoId, readHubAddress } from './hub-address';
import { DEFAULT_HOST, DEFAULT_REVISION, type HubModel } from './hub-defaults';
import { remoteFiles } from './remote';
import { isPrivateWay, withToken } from './token';

export type { HubModel } from './hub-defaults';

export interface HubOptions extends Omit<DownloadOptions, 'signal' | 'onProgress'> {
  /** An access token of that host, which no other gets to see. */
  readonly token?: string;
}

/** A model on the Hugging Face hub, downloaded file by file as they are asked for. Throws `usage` for an impossible id. */
export function openHub(
  { repo, revision = DEFAULT_REVISION, host = DEFAULT_HOST }: HubModel,
  cache: DownloadCache,
  { token, ...plain }: HubOptions = {},
): ModelFiles {
  checkRepo(repo);
  checkRevision(revision);
  const base = `${checkHost(host)}/${repo}`;
  const options = { ...plain, fetch: hubFetch(host, { token, ...plain }) };
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
          /\.gguf$/i.test(file)
            ? `Check its name: lopper info ${repo} --list says what is there, and so does the model dialog.`
            : 'Check the id and the revision; the model needs config.json and weights as safetensors or pytorch_model.bin.',
        );
      }
      if (status === 401 || status === 403) return refusal({ repo, host, token }, status);
      return new LopperError(
        'download-failed',
        `${host} answers ${status} to the request for ${file} of ${repo} at revision "${revision}".`,
        'Check the host, or open a local folder.',
      );
    },
  });
  return {
    ...files,
    catalogue: async (signal) => (await listFiles({ repo, revision, host }, options, signal))?.map(({ path }) => path),
  };
}

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * What a hub says lies in a repository: in pages of a thousand, of which the first is enough to choose from. Undefined where it
 * does not say: a mirror of files alone, or no network.
 */
export async function listFiles(
  { repo, revision = DEFAULT_REVISION, host = DEFAULT_HOST }: HubModel,
  options: HubOptions = {},
  signal?: AbortSignal,
): Promise<readonly HubFile[] | undefined> {
  const url = `${checkHost(host)}/api/models/${repo}/tree/${encodeURIComponent(revision)}?recursive=true`;
  const entries = await listingAt(url, hubFetch(host, options), signal);
  if (!Array.isArray(entries)) return undefined;
  return entries.flatMap((entry) =>
    typeof entry?.path === 'string' && entry.type === 'file'
      ? [{ path: entry.path, bytes: Number(entry.size) || 0 }]
      : [],
  );
}

/** The branches and tags of a repository, in the hub's order; undefined where it does not say. */
export async function listRevisions(
  { repo, host = DEFAULT_HOST }: HubModel,
  options: HubOptions = {},
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const url = `${checkHost(host)}/api/models/${repo}/refs`;
  const refs = (await listingAt(url, hubFetch(host, options), signal)) as Record<string, unknown> | undefined;
  const named = [refs?.branches, refs?.tags].flatMap((list) => (Array.isArray(list) ? list : []));
  const names = named.flatMap((ref) => (typeof ref?.name === 'string' ? [ref.name] : []));
  return names.length > 0 ? [...new Set<string>(names)] : undefined;
}

/** How a host is asked: with its token, where there is one and nobody on the way could read it. */
export const hubFetch = (host: string, { fetch: get = fetch, token }: HubOptions): typeof fetch =>
  token !== undefined && isPrivateWay(host) ? withToken(get, checkHost(host), token) : get;

/** Why a hub gives nothing out: without a token, with one that it does not know, with one that may not. */
function refusal({ repo, host, token }: { repo: string; host: string; token?: string }, status: number): LopperError {
  if (token === undefined) {
    return new LopperError(
      'download-failed',
      `${host} does not give out ${repo} (${status}): it is gated or private, or there is no such model.`,
      'Check the id. If the model needs an account, give an access token of yours (under Model, or as HF_TOKEN), or download it and open the local folder.',
    );
  }
  if (!isPrivateWay(host)) {
    return new LopperError(
      'token-refused',
      `${host} does not give out ${repo} (${status}) without an access token, and yours was not sent: without https anyone on the way could read it.`,
      'Use an address of that host that begins with https.',
    );
  }
  return status === 401
    ? new LopperError(
        'token-refused',
        `${host} does not know the access token that it was shown (401): it has run out, or was not copied whole.`,
        'Make a new one on its page of access tokens; a public model needs none.',
      )
    : new LopperError(
        'token-refused',
        `${host} knows the access token, and does not give ${repo} out for it (403).`,
        `Ask for access on ${checkHost(host)}/${repo} with that account; a token of limited rights must allow gated models.`,
      );
}

async function listingAt(url: string, get: typeof fetch, signal?: AbortSignal): Promise<unknown> {
  try {
    const response = await get(url, { signal });
    return response.ok ? await response.json() : undefined;
  } catch {
    throwIfCancelled(signal);
    return undefined; // asking for the files says what is wrong
  }
}

function checkRepo(repo: string): void {
  if (isRepoId(repo)) return;
  readHubAddress(repo); // says what is wrong with the address of something else
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
