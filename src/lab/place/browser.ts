import highs from 'highs/runtime?url';
import { LopperError } from '../../errors';
import { shelfTarget } from '../../exports/checkpoint/target';
import { DownloadCache } from '../../formats/cache';
import { openFiles } from '../../formats/files';
import { modelAmong } from '../../formats/gguf/choose';
import { openHub } from '../../formats/hub';
import { memoryShelf } from '../../formats/memory-shelf';
import { opfsShelf } from '../../formats/opfs';
import { readText, writeText } from '../../formats/shelf';
import { openSite } from '../../formats/web';
import { EXPORT_FOLDER } from '../contract/export';
import { bundledModel } from './bundled-model';
import type { Environment } from './environment';
import { pickedTarget } from './picked-target';
import { openSolver } from './solver';
import { Tokens } from './tokens';

/** The lab's surroundings in a page or its worker. `base` is the page's address; downloads go to the browser's own files. */
export function browserEnvironment(base: string): Environment {
  const at = (path: string) => new URL(path, base).href;
  const kept = once(async () => (await opfsShelf('lopper-benchmarks')) ?? memoryShelf());
  // What there was no room for, while the page lasts: a model that is opened otherwise is not downloaded anew.
  const memory = memoryShelf();
  const downloads: Environment['downloads'] = async (onNote) => {
    const shelf = await opfsShelf();
    if (!shelf) onNote('This browser keeps no files for pages: the model stays in memory and goes with the tab.');
    return { cache: new DownloadCache(shelf, onNote, memory) };
  };
  const tokens = new Tokens();
  const hub = (host: string) => ({ token: tokens.of(host) });
  return {
    hub,
    useToken: (host, token) => tokens.set(host, token),
    async room() {
      const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
      return quota === undefined ? undefined : Math.max(0, quota - (usage ?? 0));
    },
    solver: once(() => openSolver(new URL(highs, import.meta.url).href)),
    webgpu: async () => navigator.gpu as GPU | undefined,
    async files(request, onNote) {
      switch (request.kind) {
        case 'bundled':
          return bundledModel(openSite('sapling', at('models/sapling')), request.step);
        case 'files':
          return modelAmong(openFiles(request.name, request.files), request.file);
        case 'hub':
          return modelAmong(
            openHub(
              request,
              request.passing ? new DownloadCache() : (await downloads(onNote)).cache,
              hub(request.host),
            ),
            request.file,
          );
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
    downloads,
    async exportTarget(to) {
      if (to.kind === 'picked') return pickedTarget(to.directory, to.name);
      const shelf = to.kind === 'kept' ? await opfsShelf(EXPORT_FOLDER) : undefined;
      if (!shelf) {
        throw new LopperError(
          'usage',
          'This browser keeps no files for pages, and lets them write into no folder.',
          'Export with lopper export on the command line, or open the page in Chrome or Edge.',
        );
      }
      // What an earlier export left, which was to be downloaded.
      for (const name of await shelf.names()) await shelf.remove(name);
      return shelfTarget(shelf);
    },
    surroundings: async (used) => ({
      runtime: navigator.userAgent,
      adapters: [],
      advice: used?.software
        ? [
            {
              trouble: 'A program on the processor computes, not a graphics card.',
              remedy: 'Switch graphics acceleration on in the browser’s settings, and update the graphics driver.',
            },
          ]
        : [],
    }),
    official: async () => [
      {
        read: async (name) => readText(await kept(), name),
        write: async (name, text) => writeText(await kept(), name, text),
      },
      // What a build took along.
      {
        async read(name) {
          const response = await fetch(at(`benchmarks/official/${name}`)).catch(() => undefined);
          const page = response?.headers.get('content-type')?.startsWith('text/html');
          return response?.ok && !page ? response.text() : undefined;
        },
      },
    ],
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
