import { LopperError } from '../../errors';
import type { ExportTarget } from '../../exports/checkpoint/target';

/**
 * A new folder in one that a person picked, made when its first file is begun: what is refused leaves none behind. What is
 * written goes into copies that the browser keeps apart, and takes its place when they are closed, which is done for all at
 * the end. Throws `usage` where there is such a folder with files in it.
 */
export async function pickedTarget(parent: FileSystemDirectoryHandle, name: string): Promise<ExportTarget> {
  const there = await parent.getDirectoryHandle(name).catch(() => undefined);
  for await (const _ of (there as unknown as { keys(): AsyncIterable<string> } | undefined)?.keys() ?? []) {
    throw new LopperError(
      'usage',
      `${name} is in that folder already, with files in it: nothing is written over.`,
      'Pick another folder, or move it away.',
    );
  }
  const files: { readonly name: string; readonly copy: FileSystemWritableFileStream }[] = [];
  let folder: FileSystemDirectoryHandle | undefined;
  return {
    async create(file) {
      folder ??= await parent.getDirectoryHandle(name, { create: true });
      const handle = await folder.getFileHandle(file, { create: true });
      const copy = await handle.createWritable();
      files.push({ name: file, copy });
      return { write: (chunk) => copy.write(chunk), close: async () => {} };
    },
    async finish() {
      for (const { copy } of files) await copy.close();
    },
    async abandon() {
      for (const { name, copy } of files) {
        await copy.abort().catch(() => {});
        await folder?.removeEntry(name).catch(() => {});
      }
      if (!there) await parent.removeEntry(name).catch(() => {});
    },
  };
}
