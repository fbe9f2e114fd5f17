/** What opfs.test.ts runs in a real browser, in the page itself and in a worker. */
import { LopperError } from '../errors';
import { DownloadCache } from './cache';
import { download } from './download';
import { opfsShelf } from './opfs';
import { sha256 } from './sha256';

export interface Command {
  url: string;
  /** Cancel once so many bytes are there. */
  cancelAt?: number;
}

export interface Outcome {
  kind?: string;
  sha256?: string;
  /** The error, with its code. */
  failure?: string;
  /** What was said about memory. */
  told: string[];
  kept: { bytes: number; complete: boolean }[];
  direct: boolean;
}

/** Downloads the address into OPFS and says what came of it. */
export async function perform({ url, cancelAt }: Command): Promise<Outcome> {
  const told: string[] = [];
  const shelf = await opfsShelf('lopper-test');
  const cache = new DownloadCache(shelf, (reason) => told.push(reason));
  const control = new AbortController();
  const outcome: Partial<Outcome> = {};
  try {
    const refused = (status: number) => new LopperError('file-missing', `refused with ${status}`, 'Look elsewhere.');
    const source = await download({ url, key: `test/${url}`, file: 'w', refused }, cache, {
      backoffMs: 1,
      signal: control.signal,
      onProgress: ({ done }) => cancelAt !== undefined && done >= cancelAt && control.abort(),
    });
    outcome.sha256 = await sha256(source);
  } catch (error) {
    outcome.failure = error instanceof LopperError ? `${error.code}: ${error.message}` : String(error);
  }
  // A cancelled download lets go of its file a moment later.
  await cache.exclusive(`test/${url}`, undefined, async () => {});
  const kept = (await cache.list()).map(({ bytes, complete }) => ({ bytes, complete }));
  const direct = 'createSyncAccessHandle' in FileSystemFileHandle.prototype;
  return { ...outcome, kind: shelf?.kind, told, kept, direct };
}

if ('window' in globalThis) Object.assign(globalThis, { perform });
else {
  self.onmessage = async (event: MessageEvent<Command>) => self.postMessage(await perform(event.data));
}
