/** Files of a dropped folder read at most: more is no model folder but a disk. */
const MOST_FILES = 2000;

/** A model's files, and weights in other formats, which tell what else a folder is. */
const isModelFile = ({ name }: File) =>
  /\.(json|safetensors|txt|model|jinja|gguf|onnx|bin|pth)$/i.test(name) && !name.startsWith('.');

/** What of a folder a model can be made of; where there is nothing of it all files, so that they can be named. */
export function modelFiles(files: readonly File[]): File[] {
  const known = files.filter(isModelFile);
  return known.length > 0 ? known : [...files];
}

/** All files of a drop, folders walked. Has to be called while the drop's event is being handled. */
export async function filesOfDrop(data: DataTransfer): Promise<{ name: string; files: File[] }> {
  // The list is emptied as soon as the event is over: entries and files are taken from it before the first wait.
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const plain = [...data.files];
  const files: File[] = entries.length === 0 ? plain : [];
  for (const entry of entries) await walk(entry, files);
  return { name: entries.find((entry) => entry.isDirectory)?.name ?? (await nameOf(files)), files };
}

/** Longest name that is taken from a file. */
const MOST_LETTERS = 80;

/**
 * What to call files that came without their folder: what config.json calls the model, a path's last part, else its kind
 * ("llama model"); one file alone by its own name.
 */
export async function nameOf(files: readonly File[]): Promise<string> {
  if (files.length === 1) return files[0]!.name;
  const config = files.find(({ name }) => name === 'config.json');
  try {
    const { _name_or_path: path, model_type: type } = JSON.parse((await config?.text()) ?? '{}') as Record<
      string,
      unknown
    >;
    const last = typeof path === 'string' && path.split(/[\\/]/).findLast((part) => part !== '');
    if (last) return last.slice(0, MOST_LETTERS);
    if (typeof type === 'string' && type) return `${type.slice(0, MOST_LETTERS)} model`;
  } catch {
    // Opening the model says what is wrong with its config.json.
  }
  return `${files.length} files`;
}

async function walk(entry: FileSystemEntry, into: File[]): Promise<void> {
  if (into.length >= MOST_FILES) return;
  if (entry.isFile) {
    into.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a folder in portions, an empty one at its end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, into);
  }
}
