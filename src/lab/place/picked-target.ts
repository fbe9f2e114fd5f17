import { LopperError } from '../../errors';
import type { ExportTarget } from '../../exports/checkpoint/target';

/**
 * A new folder in one that a person picked. What is written goes into copies that the browser keeps apart, and takes its place
 * when they are closed, which is done for all at the end. Throws `usage` where there is such a folder with files in it.
 */
export async function pickedTarget(parent: FileSystemDirectoryHandle, name: string): Promise<ExportTarget> {
  const folder = await parent.getDirectoryHandle(name, { create: true });
  for await (const _ of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) {
    throw new LopperError(
      'usage',
      `${name} is in that folder already, with files in it: nothing is written over.`,
      'Pick another folder, or move it away.',
    );
  }
  const files: { readonly name: string; readonly copy: FileSystemWritableFileStream }[] = [];
  return {
    async create(name) {
      const handle = await folder.getFileHandle(name, { create: true });
      const copy = await handle.createWritable();
      files.push({ name, copy });
      return { write: (chunk) => copy.write(chunk), close: async () => {} };
    },
    async finish() {
      for (const { copy } of files) await copy.close();
    },
    async abandon() {
      for (const { name, copy } of files) {
        await copy.abort().catch(() => {});
        await folder.removeEntry(name).catch(() => {});
      }
      await parent.removeEntry(name).catch(() => {});
    },
  };
}
