import { LopperError } from '../errors';
import { DEFAULT_HOST, type HubModel } from './hub-defaults';

/** Pages of a hub that are about something other than a model. */
const NOT_MODELS = /^(datasets|spaces|papers|collections|docs|blog|api|models|settings)$/;

/**
 * What an address copied from a browser names: `https://huggingface.co/owner/name`, also on the page of a branch or of a
 * file (`/tree/main`, `/blob/main/config.json`, `/resolve/…`), on a mirror, without its scheme. A .gguf is the file that is
 * meant. Undefined for a text that is no address. Throws `usage` for the address of something other than a model.
 */
export function readHubAddress(text: string): (HubModel & { readonly file?: string }) | undefined {
  const written = text.trim();
  const address = /^(www\.)?(huggingface\.co|hf\.co)\//i.test(written) ? `https://${written}` : written;
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  const parts = pathname.split('/').flatMap((part) => (part === '' ? [] : [decoded(part)]));
  const [owner = '', name] = parts;
  // Models from before there were owners (`gpt2`) are known by a name alone.
  const ownerless = name === undefined || ['tree', 'blob', 'resolve', 'raw', 'commit'].includes(name);
  const [view, revision, ...more] = parts.slice(ownerless ? 1 : 2);
  if (parts.length === 0 || NOT_MODELS.test(owner)) {
    throw new LopperError(
      'usage',
      `${address.slice(0, 120)} is not the address of a model.`,
      'Open the model’s own page and copy its address, or write its id as owner/name.',
    );
  }
  // Names of branches such as refs/pr/1 hold slashes, which addresses write as %2F or as they are.
  const branch = revision === 'refs' && more.length > 1 ? [revision, more[0], more[1]].join('/') : revision;
  const file = (branch === revision ? more : more.slice(2)).join('/');
  return {
    ...(view !== 'tree' && /\.gguf$/i.test(file) && { file }),
    repo: ownerless ? owner : `${owner}/${name}`,
    ...(view !== undefined && branch !== undefined && { revision: branch }),
    host: /^(www\.)?(huggingface\.co|hf\.co)$/i.test(new URL(address).hostname) ? DEFAULT_HOST : origin,
  };
}

/** What a person writes for a model of the hub: its id, `owner/name@revision`, or an address. Undefined for all else. */
export function readHubName(text: string): (HubModel & { readonly file?: string }) | undefined {
  const address = readHubAddress(text);
  if (address) return address;
  const [repo = '', ...revision] = text.trim().split('@');
  if (!isRepoId(repo)) return undefined;
  return revision.length === 0 ? { repo } : { repo, revision: revision.join('@') };
}

/** Whether a text looks like a hub id. */
export const isRepoId = (text: string): boolean =>
  /^(?:[A-Za-z0-9][\w.-]{0,95}\/)?[A-Za-z0-9][\w.-]{0,95}$/.test(text) && !text.includes('..');

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
