/** Files of a dropped folder read at most: more is no model folder but a disk. */
const MOST_FILES = 2000;

const isModelFile = ({ name }: File) => /\.(json|safetensors|txt|model|jinja)$/i.test(name) && !name.startsWith('.');

/** What of a folder a model can be made of: other formats' weights need not cross to the worker. */
export const modelFiles = (files: readonly File[]): File[] => files.filter(isModelFile);

/** All files of a drop, folders walked. Has to be called while the drop's event is being handled. */
export async function filesOfDrop(data: DataTransfer): Promise<{ name: string; files: File[] }> {
  // The list is emptied as soon as the event is over: entries and files are taken from it before the first wait.
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const plain = [...data.files];
  if (entries.length === 0) return { name: plain[0]?.name ?? 'files', files: plain };
  const files: File[] = [];
  for (const entry of entries) await walk(entry, files);
  return { name: entries[0]!.name, files };
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
