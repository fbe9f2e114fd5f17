import type { ByteSource } from './bytes';

/** A flat place for named files: the browser's private file system, a folder in Node, or memory. */
export interface Shelf {
  readonly kind: 'opfs' | 'folder' | 'memory';
  /** Bytes; undefined when there is no such file. */
  size(name: string): Promise<number | undefined>;
  /** The file, which must be there, under a name for people. */
  source(name: string, label: string): Promise<ByteSource>;
  /** Opens the file for writing from byte `at` on, made if need be; what lay beyond is dropped. */
  append(name: string, at: number): Promise<Appender>;
  rename(from: string, to: string): Promise<void>;
  /** Also when there is no such file. */
  remove(name: string): Promise<void>;
  names(): Promise<string[]>;
  /** Runs `work` while nobody else, in any tab or process, runs work under this name. */
  exclusive<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

export interface Appender {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** What was written is kept, also after an error. */
  close(): Promise<void>;
}

/** The whole text of a small file; undefined when there is none. */
export async function readText(shelf: Shelf, name: string): Promise<string | undefined> {
  if ((await shelf.size(name)) === undefined) return undefined;
  const source = await shelf.source(name, name);
  return new TextDecoder().decode(await source.read(0, source.size));
}

/** Replaces a small file in one step: a reader sees the old text or the new one. */
export async function writeText(shelf: Shelf, name: string, text: string): Promise<void> {
  const appender = await shelf.append(`${name}.new`, 0);
  try {
    await appender.write(new TextEncoder().encode(text));
  } finally {
    await appender.close();
  }
  await shelf.rename(`${name}.new`, name);
}
