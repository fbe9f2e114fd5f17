import { mkdir, open, readdir, rename, rm, stat, truncate, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { LopperError, throwIfCancelled } from '../errors';
import { fileSource } from './node';
import type { Shelf } from './shelf';

/** A lock whose owner has not touched it for this long belongs to a process that died. */
const STALE_LOCK_MS = 30_000;
const TOUCH_MS = 5_000;
const WAIT_MS = 200;

/** Bytes of a file after which the disk is set to work. */
const SYNC_BYTES = 64 * 2 ** 20;

/** Where downloads are kept: `LOPPER_CACHE`, else `lopper` in `XDG_CACHE_HOME` or `~/.cache`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOPPER_CACHE) return resolve(env.LOPPER_CACHE);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lopper');
}

/**
 * A folder on disk, made if need be. Throws `download-failed` when it cannot be made, or is full; `remedy`: what else one can do
 * then.
 */
export async function folderShelf(
  folder = cacheFolder(),
  remedy = 'set LOPPER_CACHE to another folder',
): Promise<Shelf> {
  const unwritable = (path: string, cause: NodeJS.ErrnoException) => notWritable(path, cause, remedy);
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw unwritable(folder, cause);
  });
  const at = (name: string) => join(folder, name);
  return {
    kind: 'folder',
    size: (name) => stat(at(name)).then((found) => found.size, unlessMissing),
    source: (name, label) => fileSource(at(name), label),
    async append(name, from) {
      const handle = await open(at(name), 'a').catch((cause) => {
        throw unwritable(at(name), cause);
      });
      await truncate(at(name), from).catch(async (cause) => {
        await handle.close();
        throw unwritable(at(name), cause);
      });
      let sinceSync = 0;
      let syncing: Promise<void> | undefined;
      return {
        async write(chunk) {
          // What is written goes to the disk while the rest is read and written, not all of it at the end.
          sinceSync += chunk.length;
          if (sinceSync > SYNC_BYTES && !syncing) {
            sinceSync = 0;
            syncing = handle
              .datasync()
              .catch(() => {})
              .finally(() => {
                syncing = undefined;
              });
          }
          // Whole: `writeFile` would cut it into pieces of half a megabyte.
          for (let done = 0; done < chunk.length; ) {
            const { bytesWritten } = await handle.write(chunk, done).catch((cause) => {
              throw unwritable(at(name), cause);
            });
            done += bytesWritten;
          }
        },
        async close() {
          // On the disk before the file is renamed: a power cut must not leave a finished name on missing bytes.
          await syncing;
          await handle.sync().catch(() => {});
          await handle.close();
        },
      };
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: (name) => rm(at(name), { force: true }),
    names: () => readdir(folder),
    async exclusive(name, signal, work) {
      const lock = at(`${name}.lock`);
      await acquire(lock, signal, unwritable);
      const touch = setInterval(() => utimes(lock, new Date(), new Date()).catch(() => {}), TOUCH_MS);
      try {
        return await work();
      } finally {
        clearInterval(touch);
        await rm(lock, { force: true });
      }
    },
  };
}

async function acquire(
  lock: string,
  signal: AbortSignal | undefined,
  unwritable: (path: string, cause: NodeJS.ErrnoException) => LopperError,
): Promise<void> {
  for (;;) {
    throwIfCancelled(signal);
    try {
      const handle = await open(lock, 'wx');
      await handle.close();
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(lock, cause as NodeJS.ErrnoException);
    }
    const found = await stat(lock).catch(unlessMissing);
    if (found && Date.now() - found.mtimeMs > STALE_LOCK_MS) await rm(lock, { force: true });
    else await new Promise((done) => setTimeout(done, WAIT_MS));
  }
}

function unlessMissing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code === 'ENOENT') return undefined;
  throw cause;
}

function notWritable(path: string, cause: NodeJS.ErrnoException, remedy: string): LopperError {
  const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT';
  return new LopperError(
    'download-failed',
    full
      ? `The disk is full: ${path} cannot be written.`
      : `${path} cannot be written (${cause.code ?? cause.message}).`,
    `${full ? 'Free some space' : 'Make it writable'}, or ${remedy}.`,
    { cause },
  );
}
