import { throwIfCancelled } from '../errors';
import type { Shelf } from './shelf';
import { blobSource } from './sources';

/** Chunks are folded into a blob this often: browsers may keep a blob's bytes outside the page's own memory. */
const FOLD_BYTES = 8 * 2 ** 20;

/** Files that last as long as the page or the process. */
export function memoryShelf(): Shelf {
  const files = new Map<string, Blob>();
  const queues = new Map<string, Promise<unknown>>();
  const find = (name: string): Blob => {
    const blob = files.get(name);
    if (!blob) throw new Error(`no file ${name} in memory`);
    return blob;
  };
  return {
    kind: 'memory',
    size: async (name) => files.get(name)?.size,
    source: async (name, label) => blobSource(label, find(name)),
    async append(name, at) {
      let blob = (files.get(name) ?? new Blob()).slice(0, at);
      let chunks: Uint8Array<ArrayBuffer>[] = [];
      let pending = 0;
      const fold = () => {
        blob = new Blob([blob, ...chunks]);
        chunks = [];
        pending = 0;
        files.set(name, blob);
      };
      fold();
      return {
        async write(chunk) {
          chunks.push(chunk);
          pending += chunk.length;
          if (pending >= FOLD_BYTES) fold();
        },
        close: async () => fold(),
      };
    },
    async rename(from, to) {
      files.set(to, find(from));
      files.delete(from);
    },
    async remove(name) {
      files.delete(name);
    },
    names: async () => [...files.keys()],
    async exclusive(name, signal, work) {
      const before = queues.get(name) ?? Promise.resolve();
      const turn = before.then(() => {
        throwIfCancelled(signal);
        return work();
      });
      queues.set(
        name,
        turn.catch(() => {}),
      );
      return turn;
    },
  };
}
