import { LopperError, throwIfCancelled } from '../errors';
import type { ModelFiles } from './bytes';
import { decodeStrictly } from './decode-text';
import { blobSource } from './sources';

const WHOLE_FOLDER =
  'Choose the whole folder: config.json, model.safetensors (or its index and shards), tokenizer.json.';

/**
 * A model among files that a person picked or dropped: the folder nearest the top that holds a config.json, whatever
 * else was picked. Throws `file-missing` when there is no file, or no way to tell
 * which one is meant; where there is no config.json, its reader says what the files are instead.
 */
export function openFiles(name: string, files: readonly File[]): ModelFiles {
  const folder = modelFolder(files.map(pathOf));
  const byName = new Map<string, File>();
  for (const file of files) {
    const path = pathOf(file);
    if (folderOf(path) === folder) byName.set(path.slice(folder.length), file);
  }
  const find = (file: string): File => {
    const found = byName.get(file);
    if (found) return found;
    throw new LopperError(
      'file-missing',
      `${file} is not among the files of ${name} (there are ${list([...byName.keys()])}).`,
      WHOLE_FOLDER,
    );
  };
  return {
    id: name,
    has: async (file) => byName.has(file),
    list: async () =>
      files
        .map(pathOf)
        .filter((path) => path.startsWith(folder))
        .map((path) => path.slice(folder.length)),
    async text(file, signal) {
      throwIfCancelled(signal);
      const source = blobSource(file, find(file));
      return decodeStrictly(file, await source.read(0, source.size, signal));
    },
    open: async (file) => blobSource(file, find(file)),
  };
}

/** `folder/file` where a folder was picked, else the bare name. */
const pathOf = (file: File): string => file.webkitRelativePath || file.name;

/** With its slash; empty at the top. */
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

function modelFolder(paths: readonly string[]): string {
  const depth = (folder: string) => folder.split('/').length;
  const folders = paths.filter((path) => /(^|\/)config\.json$/.test(path)).map(folderOf);
  const top = Math.min(...folders.map(depth));
  const nearest = folders.filter((folder) => depth(folder) === top);
  if (nearest.length === 1) return nearest[0]!;
  if (nearest.length > 1) {
    throw new LopperError(
      'file-missing',
      `There is a config.json in each of ${list(nearest)}.`,
      'Choose the folder of one model.',
    );
  }
  if (paths.length === 0) {
    throw new LopperError('file-missing', 'No file was chosen.', WHOLE_FOLDER);
  }
  // No config.json: the folder nearest the top, whose files tell what it is instead.
  return paths.map(folderOf).reduce((a, b) => (depth(b) < depth(a) ? b : a));
}

const list = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
