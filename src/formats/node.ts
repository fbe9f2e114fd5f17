/** Files in Node: local model folders and the download cache. The only entry to `node:fs`; browser code never imports it. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { access, open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource, ModelFiles } from './bytes';
import { decodeStrictly } from './decode-text';
import { checkRange } from './sources';

/** Below Node's limit of 2 GiB for one read. */
const MAX_READ_BYTES = 2 ** 30;

/** Norms and small matrices, of which a layer has several. */
const SMALL_READ_BYTES = 2 ** 18;

/** A model in a local folder. Throws `file-missing` when the folder is not there, or is not a folder. */
export async function openFolder(path: string): Promise<ModelFiles> {
  const folder = resolve(path);
  const found = await stat(folder).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (!found.isDirectory()) {
    throw new LopperError(
      'file-missing',
      `${path} is a file, not a folder.`,
      'Give the folder that holds config.json.',
    );
  }
  return {
    id: basename(folder),
    async has(file) {
      return access(join(folder, file), constants.F_OK).then(
        () => true,
        () => false,
      );
    },
    async text(file, signal) {
      throwIfCancelled(signal);
      const bytes = await readFile(join(folder, file)).catch((cause) => {
        throw unreadable(join(path, file), cause);
      });
      return decodeStrictly(file, bytes);
    },
    async list() {
      const entries = await readdir(folder, { withFileTypes: true });
      const below = await Promise.all(
        entries.map(async (entry) => {
          const { name } = entry;
          if (!entry.isDirectory()) return [name];
          const inner = await readdir(join(folder, name)).catch(() => []); // not ours to read
          return [name, ...inner.map((file) => `${name}/${file}`)];
        }),
      );
      return below.flat();
    },
    open: (file) => fileSource(join(folder, file), file),
  };
}

/** Random access to one file. It is opened for each read, so that a source holds no descriptor and needs no closing. */
export async function fileSource(path: string, name = basename(path)): Promise<ByteSource> {
  const { size } = await stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  const readInto = async (start: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void> => {
    checkRange({ name, size }, start, start + into.length);
    throwIfCancelled(signal);
    if (into.length <= SMALL_READ_BYTES && readAtOnce(path, start, into)) return;
    const handle = await open(path).catch((cause) => {
      throw unreadable(path, cause);
    });
    try {
      let done = 0;
      while (done < into.length) {
        throwIfCancelled(signal);
        const want = Math.min(into.length - done, MAX_READ_BYTES);
        const { bytesRead } = await handle.read(into, done, want, start + done);
        if (bytesRead === 0) {
          throw new LopperError(
            'download-cut',
            `${name} ended at byte ${start + done} of ${size} while it was read.`,
            'Something else changed the file: get it again.',
          );
        }
        done += bytesRead;
      }
    } finally {
      await handle.close();
    }
  };
  return {
    name,
    size,
    async read(start, end, signal) {
      checkRange({ name, size }, start, end);
      const bytes = new Uint8Array(end - start);
      await readInto(start, bytes, signal);
      return bytes;
    },
    readInto,
  };
}

/** The way to another thread and back, three times, takes longer than this does. False where it is to be read the usual way. */
function readAtOnce(path: string, start: number, into: Uint8Array<ArrayBuffer>): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return readSync(file, into, 0, into.length, start) === into.length;
  } catch {
    return false; // which says what is the matter
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): LopperError {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new LopperError('file-missing', `${path} does not exist.`, 'Check the path.', { cause });
  }
  return new LopperError(
    'file-missing',
    `${path} cannot be read (${cause.code ?? cause.message}).`,
    'Check what it is and whether you may read it.',
    { cause },
  );
}

/**
 * `fetch` that keeps what a hub says of a large file while redirecting to where it lies: `x-linked-etag` (its SHA-256)
 * and `x-linked-size`. Browsers show a page only the last answer's headers. As in browsers, a token goes to no other host.
 */
export async function fetchWithLinks(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  let url = String(input instanceof Request ? input.url : input);
  const linked = new Headers();
  const sent = new Headers(init?.headers);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(url, { ...init, headers: sent, redirect: 'manual' });
    for (const name of ['x-linked-etag', 'x-linked-size']) {
      const value = response.headers.get(name);
      if (value !== null) linked.set(name, value);
    }
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) {
      const headers = new Headers(response.headers);
      for (const [name, value] of linked) headers.set(name, value);
      const last = new Response(response.body, { status: response.status, statusText: response.statusText, headers });
      return Object.defineProperty(last, 'url', { value: url });
    }
    await response.body?.cancel();
    const next = new URL(location, url);
    if (next.origin !== new URL(url).origin) sent.delete('authorization');
    url = next.href;
  }
  throw new TypeError(`more than ${MAX_REDIRECTS} redirects`);
}

const MAX_REDIRECTS = 10;
