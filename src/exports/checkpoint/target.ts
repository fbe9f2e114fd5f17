import type { Appender, Shelf } from '../../formats/shelf';

/** A folder that files are written into: they take their names all at once, at the end, or not at all. */
export interface ExportTarget {
  /** Begins a file, under a name that is not yet its own. */
  create(name: string): Promise<Appender>;
  /** All files take their names, the last one written last. */
  finish(): Promise<void>;
  /** Nothing of what was written is left. */
  abandon(): Promise<void>;
}

/** A folder of Node, or the browser's own. */
export function shelfTarget(shelf: Shelf): ExportTarget {
  const names: string[] = [];
  const part = (name: string) => `${name}.part`;
  return {
    create(name) {
      names.push(name);
      return shelf.append(part(name), 0);
    },
    async finish() {
      for (const name of names) await shelf.rename(part(name), name);
    },
    async abandon() {
      for (const name of names) await shelf.remove(part(name));
    },
  };
}
