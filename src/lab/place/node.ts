import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LopperError } from '../../errors';
import { shelfTarget } from '../../exports/checkpoint/target';
import { DownloadCache } from '../../formats/cache';
import { modelAmong } from '../../formats/gguf/choose';
import { openHub } from '../../formats/hub';
import { fetchWithLinks, openFolder } from '../../formats/node';
import { cacheFolder, folderShelf } from '../../formats/node-shelf';
import { writeText } from '../../formats/shelf';
import { adviseOn } from '../../gpu/advice';
import { type DawnOptions, dawnFacts, listAdapters, openDawn } from '../../gpu/dawn';
import { findCards } from '../../gpu/vulkan';
import { bundledModel } from './bundled-model';
import type { Environment } from './environment';
import { openSolver } from './solver';

/** The lab's surroundings in Node. `root` is Lopper's own folder, with `public/` in it; downloads go to the user's cache. */
export function nodeEnvironment(root: string, options: DawnOptions = {}): Environment {
  let solver: ReturnType<typeof openSolver> | undefined;
  const official = join(root, 'public', 'benchmarks', 'official');
  const downloads: Environment['downloads'] = async (onNote) => ({
    cache: new DownloadCache(await folderShelf(), onNote),
    fetch: fetchWithLinks,
  });
  return {
    solver: () => (solver ??= openSolver()),
    webgpu: () => openDawn(options),
    async files(request, onNote) {
      switch (request.kind) {
        case 'bundled': {
          const folder = await openFolder(join(root, 'public', 'models', 'sapling'));
          return bundledModel({ ...folder, id: 'sapling' }, request.step);
        }
        case 'folder':
          return modelAmong(await openFolder(request.path), request.file);
        case 'hub':
          return downloads(onNote).then(({ cache, fetch }) =>
            modelAmong(openHub(request, request.passing ? new DownloadCache() : cache, { fetch }), request.file),
          );
        case 'files':
          throw new LopperError('usage', 'Files from a page cannot be opened here.', 'Give the path of their folder.');
      }
    },
    // A home that cannot be written to costs a measurement at each start, nothing more.
    settings: () => folderShelf(join(cacheFolder(), 'settings')).catch(() => undefined),
    bundledText: (path) =>
      readFile(join(root, 'public', path), 'utf8').catch((cause) => {
        throw new LopperError('file-missing', `${path}, which ships with Lopper, is missing.`, 'Install Lopper anew.', {
          cause,
        });
      }),
    downloads,
    async exportTarget(to) {
      if (to.kind !== 'folder') {
        throw new LopperError('usage', 'A folder of a page cannot be written to here.', 'Give the path of a folder.');
      }
      const shelf = await folderShelf(to.path, 'choose another folder');
      if ((await shelf.names()).length > 0) {
        throw new LopperError(
          'usage',
          `${to.path} is not empty: nothing is written over.`,
          'Name a folder that is not there yet.',
        );
      }
      return shelfTarget(shelf);
    },
    async surroundings(used) {
      const adapters = await listAdapters().catch(() => []);
      const signs = { platform: process.platform, dawn: dawnFacts(), cards: findCards(), adapters, used };
      return {
        runtime: `Node ${process.version}, ${process.platform} ${process.arch}`,
        adapters,
        advice: adviseOn(signs),
      };
    },
    // The next build takes the folder along with the page.
    official: async () => [
      {
        read: (name) => readFile(join(official, name), 'utf8').catch(() => undefined),
        write: async (name, text) => writeText(await folderShelf(official), name, text),
      },
    ],
  };
}
