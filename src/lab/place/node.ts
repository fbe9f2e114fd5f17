import { readFile, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LopperError } from '../../errors';
import { DownloadCache } from '../../formats/cache';
import { modelAmong } from '../../formats/gguf/choose';
import { checkHost, openHub } from '../../formats/hub';
import { findSnapshot, hubPlaces, snapshotFiles } from '../../formats/hub-cache';
import { fetchWithLinks, openFolder } from '../../formats/node';
import { cacheFolder, folderShelf } from '../../formats/node-shelf';
import { writeText } from '../../formats/shelf';
import { numberAmong } from '../../gpu/adapter-name';
import { adviseOn } from '../../gpu/advice';
import { type DawnOptions, dawnFacts, listAdapters, openDawn } from '../../gpu/dawn';
import { findCards } from '../../gpu/vulkan';
import type { ModelRequest } from '../contract';
import { bundledModel } from './bundled-model';
import type { Environment } from './environment';
import { folderTarget } from './folder-target';
import { openSolver } from './solver';
import { Tokens } from './tokens';

/** The lab's surroundings in Node. `root` is Lopper's own folder, with `public/` in it; downloads go to the user's cache. */
export function nodeEnvironment(root: string, options: DawnOptions = {}): Environment {
  let solver: ReturnType<typeof openSolver> | undefined;
  const official = join(root, 'public', 'benchmarks', 'official');
  const downloads: Environment['downloads'] = async (onNote) => ({
    cache: new DownloadCache(await folderShelf(), onNote),
    fetch: fetchWithLinks,
  });
  const tokens = new Tokens();
  const hub: Environment['hub'] = (host) => {
    const { endpoint, token, offline } = hubPlaces();
    const own = new URL(checkHost(host)).origin === new URL(checkHost(endpoint)).origin ? token : undefined;
    return { fetch: offline ? offlineFetch : fetchWithLinks, token: tokens.of(host) ?? own };
  };
  /** A model of the hub: what Hugging Face's own tools have downloaded of it is read where they keep it. */
  const ofHub = async (request: ModelRequest & { kind: 'hub' }, onNote: (note: string) => void) => {
    const { repo, revision, host, passing } = request;
    const { cache: kept, endpoint } = hubPlaces();
    const { cache } = await downloads(onNote);
    const at = (revision: string) =>
      openHub({ repo, revision, host }, passing ? new DownloadCache() : cache, hub(host));
    const files = at(revision);
    const snapshot = checkHost(host) === checkHost(endpoint) ? await findSnapshot(kept, repo, revision) : undefined;
    if (!snapshot) return files;
    onNote(`Read from the Hugging Face cache, where it is at commit ${snapshot.commit.slice(0, 12)}: ${snapshot.path}`);
    return snapshotFiles(snapshot, { id: repo, revision }, at(snapshot.commit));
  };
  return {
    hub,
    useToken: (host, token) => tokens.set(host, token),
    room: () => roomIn(cacheFolder()),
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
          return modelAmong(await ofHub(request, onNote), request.file);
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
      return folderTarget(to.path);
    },
    async surroundings(used) {
      const adapters = await listAdapters().catch(() => []);
      const signs = { platform: process.platform, dawn: dawnFacts(), cards: findCards(), adapters, used };
      return {
        runtime: `Node ${process.version}, ${process.platform} ${process.arch}`,
        adapters,
        inUse: used && numberAmong(adapters, used),
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

/** Bytes free where a folder is, or is to be. */
async function roomIn(folder: string): Promise<number | undefined> {
  const found = await statfs(folder).catch(() => undefined);
  if (found) return found.bavail * found.bsize;
  return dirname(folder) === folder ? undefined : roomIn(dirname(folder));
}

/** In place of the network, where a person says that there is none. */
const offlineFetch: typeof fetch = async (input) => {
  throw new LopperError(
    'download-failed',
    `${new URL(input instanceof Request ? input.url : input).host} was not asked: HF_HUB_OFFLINE is set, and this is not kept here.`,
    'Unset HF_HUB_OFFLINE, or give a folder.',
  );
};
