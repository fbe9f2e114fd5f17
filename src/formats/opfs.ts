import { throwIfCancelled } from '../errors';
import type { Appender, Shelf } from './shelf';
import { blobSource } from './sources';

/** What browsers have, but TypeScript's library does not describe. */
interface SyncHandle {
  truncate(size: number): void;
  write(data: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  close(): void;
}
type Handle = FileSystemFileHandle & {
  createSyncAccessHandle?(): Promise<SyncHandle>;
  move?(name: string): Promise<void>;
};

/**
 * The browser's origin-private file system; undefined where there is none (old browsers, some private windows).
 * In a worker, writes go straight to the file and outlive a crash; elsewhere they are kept when the file is closed.
 */
export async function opfsShelf(folder = 'lopper'): Promise<Shelf | undefined> {
  let directory: FileSystemDirectoryHandle;
  try {
    const root = await navigator.storage.getDirectory();
    directory = await root.getDirectoryHandle(folder, { create: true });
  } catch {
    return undefined;
  }
  const handleOf = (name: string, create = false) => directory.getFileHandle(name, { create }) as Promise<Handle>;
  const fileOf = async (name: string) => (await handleOf(name)).getFile();
  const remove = (name: string) => directory.removeEntry(name).catch(unlessMissing);
  return {
    kind: 'opfs',
    size: (name) => fileOf(name).then((file) => file.size, unlessMissing),
    source: async (name, label) => blobSource(label, await fileOf(name)),
    async append(name, at) {
      const handle = await handleOf(name, true);
      return handle.createSyncAccessHandle ? appendDirectly(handle, at) : appendCopy(handle, at);
    },
    async rename(from, to) {
      const handle = await handleOf(from);
      await remove(to);
      if (handle.move) return handle.move(to);
      const target = await (await handleOf(to, true)).createWritable();
      await (await handle.getFile()).stream().pipeTo(target);
      await remove(from);
    },
    remove,
    async names() {
      const names: string[] = [];
      for await (const name of (directory as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names;
    },
    async exclusive(name, signal, work) {
      throwIfCancelled(signal);
      // Without the lock two tabs would at worst write the same bytes to the same place.
      if (!navigator.locks) return work();
      let started = false;
      try {
        return await navigator.locks.request(`lopper/${folder}/${name}`, signal ? { signal } : {}, () => {
          started = true;
          return work();
        });
      } catch (error) {
        if (!started) throwIfCancelled(signal);
        throw error;
      }
    },
  };
}

async function appendDirectly(handle: Handle, at: number): Promise<Appender> {
  const access = await handle.createSyncAccessHandle!();
  access.truncate(at);
  let position = at;
  return {
    async write(chunk) {
      const written = access.write(chunk, { at: position });
      // Out of room is no exception in every browser: Chromium 156 writes what fits and returns 4294967288.
      if (written !== chunk.length) throw new DOMException('no room left', 'QuotaExceededError');
      position += written;
    },
    async close() {
      access.flush();
      access.close();
    },
  };
}

async function appendCopy(handle: Handle, at: number): Promise<Appender> {
  const writable = await handle.createWritable({ keepExistingData: true });
  await writable.truncate(at);
  await writable.seek(at);
  let broken = false;
  return {
    async write(chunk) {
      try {
        await writable.write(chunk);
      } catch (error) {
        broken = true;
        throw error;
      }
    },
    async close() {
      if (!broken) await writable.close();
    },
  };
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}
