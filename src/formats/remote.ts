import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource, ModelFiles } from './bytes';
import type { DownloadCache } from './cache';
import { decodeStrictly } from './decode-text';
import { type DownloadOptions, type DownloadRequest, download } from './download';
import { rangeSource } from './range-source';
import { storageOf } from './transfer';
import { withClock } from './with-clock';

export interface RemoteModel {
  readonly id: string;
  readonly revision?: string;
  /** Prefix of the keys under which files are kept. */
  readonly key: string;
  readonly cache: DownloadCache;
  url(file: string): string;
  refused(file: string, status: number): LopperError;
  /** Some static servers answer with a page, not with 404, where there is no file. */
  readonly pageMeansMissing: boolean;
  readonly options: Omit<DownloadOptions, 'signal' | 'onProgress'>;
}

/** A server that does not answer whether it has a file for this long is asked for the file itself. */
const PROBE_MS = 30_000;

/** Files too large to be fetched only to see whether they are there. */
const isLarge = (file: string): boolean => /\.(safetensors|bin|gguf|onnx)$/.test(file);

/** A model whose files come over HTTP into a cache; what is in the cache is never asked for again. */
export function remoteFiles(model: RemoteModel): ModelFiles {
  const { cache } = model;
  const absences = new Absences(cache, model.key);
  const request = (file: string): DownloadRequest => ({
    url: model.url(file),
    key: `${model.key}/${file}`,
    file,
    refused: (status) => model.refused(file, status),
  });
  const fetchFile = async (
    file: string,
    options: Pick<DownloadOptions, 'signal' | 'onProgress' | 'attempts'>,
  ): Promise<ByteSource> => {
    const source = await download(request(file), cache, { ...model.options, ...options });
    if (/\.(safetensors|bin)$/.test(file)) await absences.setLoaded();
    return source;
  };
  const probe = async (file: string, signal?: AbortSignal): Promise<boolean> => {
    if (await cache.find(`${model.key}/${file}`, file)) return true;
    if (isLarge(file)) return mayHave(request(file), model, signal);
    // With the model at hand the network is not worth waiting for.
    await fetchFile(file, { signal, ...((await absences.loaded()) && { attempts: 1 }) });
    return true;
  };
  const glance = async (file: string, signal?: AbortSignal): Promise<ByteSource | undefined> =>
    (await cache.find(`${model.key}/${file}`, file)) ?? rangeSource(request(file), { ...model.options, signal });
  return {
    id: model.id,
    revision: model.revision,
    async has(file, signal) {
      if (await absences.trusted(file)) return false;
      try {
        return await probe(file, signal);
      } catch (error) {
        if (!(error instanceof LopperError)) throw error;
        if (error.code === 'file-missing' || (error.code === 'not-a-model-file' && model.pageMeansMissing)) {
          await absences.add(file);
          return false;
        }
        // Offline, with the model at hand: what was not kept is not there.
        if (error.code === 'download-failed' && (await absences.loaded())) return false;
        throw error;
      }
    },
    async text(file, signal) {
      const source = await fetchFile(file, { signal });
      return decodeStrictly(file, await source.read(0, source.size, signal));
    },
    open: (file, signal, onProgress) => fetchFile(file, { signal, onProgress }),
    glance,
    peek: async (file, signal) => (await glance(file, signal)) ?? fetchFile(file, { signal }),
    async held(file) {
      const key = `${model.key}/${file}`;
      return (await cache.find(key, file))?.size ?? (await cache.part(key, file)).size();
    },
  };
}

/**
 * Whether a large file is there, by asking for its first byte (not by HEAD: a hub's signed addresses often allow nothing
 * but GET). True where the answer is unclear: opening the file tries harder and says what is wrong.
 */
async function mayHave(request: DownloadRequest, model: RemoteModel, signal?: AbortSignal): Promise<boolean> {
  throwIfCancelled(signal);
  try {
    return await withClock(PROBE_MS, signal, async (clocked) => {
      const asking = { headers: { range: 'bytes=0-0' }, signal: clocked, cache: 'no-store' } as const;
      const response = await (model.options.fetch ?? fetch)(request.url, asking);
      const refused = [401, 403].includes(response.status) && !storageOf(response, request.url);
      if (refused || response.status === 404) throw request.refused(response.status);
      return !(model.pageMeansMissing && /^text\/html\b/i.test(response.headers.get('content-type') ?? ''));
    });
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof LopperError) throw error;
    return true;
  }
}

/** Which files a model does not have, so that a model once loaded opens again without a single request. */
class Absences {
  readonly #cache: DownloadCache;
  readonly #key: string;

  constructor(cache: DownloadCache, key: string) {
    this.#cache = cache;
    this.#key = key;
  }

  async #read(): Promise<{ absent: string[]; loaded: boolean }> {
    try {
      const note = JSON.parse((await this.#cache.note(this.#key)) ?? '{}');
      return { absent: Array.isArray(note.absent) ? note.absent : [], loaded: note.loaded === true };
    } catch {
      return { absent: [], loaded: false };
    }
  }

  async loaded(): Promise<boolean> {
    return (await this.#read()).loaded;
  }

  /** Only once weights are kept: until then someone may be putting the files in place. A tokenizer may come later. */
  async trusted(file: string): Promise<boolean> {
    const { absent, loaded } = await this.#read();
    return loaded && file !== 'tokenizer.json' && absent.includes(file);
  }

  async add(file: string): Promise<void> {
    const note = await this.#read();
    if (note.absent.includes(file)) return;
    await this.#cache.setNote(this.#key, JSON.stringify({ ...note, absent: [...note.absent, file] }));
  }

  async setLoaded(): Promise<void> {
    const note = await this.#read();
    if (!note.loaded) await this.#cache.setNote(this.#key, JSON.stringify({ ...note, loaded: true }));
  }
}
