import { LopperError } from '../errors';
import { DownloadCache } from '../formats/cache';
import { openFiles } from '../formats/files';
import { openHub } from '../formats/hub';
import { opfsShelf } from '../formats/opfs';
import { openSite } from '../formats/web';
import { bundledModel } from './bundled-model';
import type { Environment } from './environment';

/** The lab's surroundings in a page or its worker. `base` is the page's address; downloads go to the browser's own files. */
export function browserEnvironment(base: string): Environment {
  const at = (path: string) => new URL(path, base).href;
  return {
    webgpu: async () => navigator.gpu as GPU | undefined,
    async files(request, onNote) {
      switch (request.kind) {
        case 'bundled':
          return bundledModel(openSite('sapling', at('models/sapling')), request.step);
        case 'files':
          return openFiles(request.name, request.files);
        case 'hub': {
          if (request.passing) return openHub(request, new DownloadCache());
          const shelf = await opfsShelf();
          if (!shelf) onNote('This browser keeps no files for pages: the model stays in memory and goes with the tab.');
          return openHub(request, new DownloadCache(shelf, onNote));
        }
        case 'folder':
          throw new LopperError('usage', `A page cannot open ${request.path} by its path.`, 'Pick or drop the folder.');
      }
    },
    settings: () => opfsShelf('lopper-settings').catch(() => undefined),
    async bundledText(path, signal) {
      const response = await fetch(at(path), { signal }).catch((cause) => {
        throw new LopperError(
          'download-failed',
          `${path} could not be fetched.`,
          'Check the connection and try again.',
          {
            cause,
          },
        );
      });
      if (response.ok && !response.headers.get('content-type')?.startsWith('text/html')) return response.text();
      throw new LopperError(
        'file-missing',
        `${at(path)} answers ${response.status}, not with the file that ships with Lopper.`,
        'Reload the page; if that does not help, this copy of the site is incomplete.',
      );
    },
  };
}
