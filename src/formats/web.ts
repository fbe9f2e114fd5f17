import { LopperError } from '../errors';
import type { ModelFiles } from './bytes';
import { DownloadCache } from './cache';
import type { DownloadOptions } from './download';
import { remoteFiles } from './remote';

/** A model in a folder of a web site, such as the one that comes with the page; kept in memory. */
export function openSite(
  id: string,
  base: string | URL,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): ModelFiles {
  const folder = new URL(String(base).replace(/\/*$/, '/'), globalThis.location?.href);
  return remoteFiles({
    id,
    key: folder.href,
    cache: new DownloadCache(),
    options: { httpCache: 'default', ...options },
    pageMeansMissing: true,
    url: (file) => new URL(file.split('/').map(encodeURIComponent).join('/'), folder).href,
    refused: (file, status) =>
      new LopperError(
        status === 404 ? 'file-missing' : 'download-failed',
        `${folder.href} answers ${status} to the request for ${file}.`,
        'Reload the page; if that does not help, this copy of the site is incomplete.',
      ),
  });
}
