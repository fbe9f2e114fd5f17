import type { ByteSource } from './bytes';
import { memoryShelf } from './memory-shelf';
import { sha256Of } from './sha256';
import { type Appender, readText, type Shelf, writeText } from './shelf';

/** What is known of a download that is under way, written before its first byte. */
export interface PartRecord {
  /** Bytes of the whole file as announced; absent where the server does not say. */
  readonly total?: number;
  /** The announcement is of the file itself, not of a body that may have been compressed on the way. */
  readonly exact?: boolean;
  /** ETag or Last-Modified: without one, or with another one, a part is not continued. */
  readonly validator?: string;
  /** SHA-256 of the whole file in hex, where the server gives it. */
  readonly sha256?: string;
}

interface Entry extends PartRecord {
  readonly key: string;
  readonly label: string;
}

const MOVE_BYTES = 64 * 2 ** 20;

/** A kept file, for a list in which a person can delete them. */
export interface KeptFile {
  readonly key: string;
  readonly bytes: number;
  readonly complete: boolean;
  /** There was no room for it elsewhere: it goes with the page or the process. */
  readonly inMemory?: true;
}

/**
 * Downloads kept under a key each. A file grows as `.part`; only when it is whole and verified does it get its name and
 * then its record, so that neither a crash nor a cut leaves anything that a later call would take for the file.
 */
export class DownloadCache {
  readonly #shelf: Shelf;
  readonly #memory: Shelf;
  readonly #onMemory: ((reason: string) => void) | undefined;

  /**
   * `onMemory` is told, in words, when a file had to be kept in memory only. Without a shelf all of them are. Caches that share
   * a `memory` find there what another had no room for.
   */
  constructor(shelf?: Shelf, onMemory?: (reason: string) => void, memory = memoryShelf()) {
    this.#memory = memory;
    this.#shelf = shelf ?? memory;
    this.#onMemory = onMemory;
  }

  /** The finished file under this key. */
  async find(key: string, label: string): Promise<ByteSource | undefined> {
    const slot = await slotOf(key);
    for (const shelf of new Set([this.#shelf, this.#memory])) {
      const entry = parse(await readText(shelf, `${slot}.json`));
      if (entry?.key === key && (await shelf.size(slot)) === entry.total) return shelf.source(slot, label);
    }
    return undefined;
  }

  /** Where a download of this key stands, and the means to go on. */
  async part(key: string, label: string): Promise<Part> {
    const slot = await slotOf(key);
    const inMemory = (await this.#memory.size(`${slot}.part`)) !== undefined;
    return new Part(inMemory ? this.#memory : this.#shelf, slot, key, label);
  }

  /** Carries a part over to memory, because the shelf has no room for more. */
  async moveToMemory(key: string, label: string, reason: string): Promise<void> {
    const part = await this.part(key, label);
    const copy = new Part(this.#memory, await slotOf(key), key, label);
    const record = await part.record();
    await copy.begin(record ?? {});
    const source = (await part.size()) > 0 ? await part.source() : undefined;
    const appender = await copy.append(0);
    for (let at = 0; source && at < source.size; at += MOVE_BYTES) {
      await appender.write(await source.read(at, Math.min(at + MOVE_BYTES, source.size)));
    }
    await appender.close();
    await part.discard();
    this.#onMemory?.(reason);
  }

  exclusive<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return slotOf(key).then((slot) => this.#shelf.exclusive(slot, signal, work));
  }

  /** A short note kept beside the files; undefined when there is none. */
  async note(key: string): Promise<string | undefined> {
    return readText(this.#shelf, `${await slotOf(key)}.note`);
  }

  /** Nothing depends on a note: where there is no room for it, there is none. */
  async setNote(key: string, text: string): Promise<void> {
    await writeText(this.#shelf, `${await slotOf(key)}.note`, text).catch(() => {});
  }

  /** Every file kept, finished or not. */
  async list(): Promise<KeptFile[]> {
    const kept: KeptFile[] = [];
    for (const shelf of new Set([this.#shelf, this.#memory])) {
      for (const name of await shelf.names()) {
        if (!name.endsWith('.json')) continue;
        const entry = parse(await readText(shelf, name));
        const bytes = await shelf.size(name.slice(0, -'.json'.length));
        if (!entry || bytes === undefined) continue;
        const complete = !name.endsWith('.part.json');
        kept.push({ key: entry.key, bytes, complete, ...(shelf === this.#memory && { inMemory: true }) });
      }
    }
    return kept;
  }

  /** Forgets a file, finished or not. */
  async remove(key: string): Promise<void> {
    const slot = await slotOf(key);
    for (const shelf of new Set([this.#shelf, this.#memory])) {
      for (const suffix of ['.json', '', '.part.json', '.part', '.note']) await shelf.remove(slot + suffix);
    }
  }
}

/** A file that is being downloaded. */
export class Part {
  readonly #shelf: Shelf;
  readonly #slot: string;
  readonly #key: string;
  readonly #label: string;

  constructor(shelf: Shelf, slot: string, key: string, label: string) {
    this.#shelf = shelf;
    this.#slot = slot;
    this.#key = key;
    this.#label = label;
  }

  /** Bytes there so far. */
  async size(): Promise<number> {
    return (await this.#shelf.size(`${this.#slot}.part`)) ?? 0;
  }

  async record(): Promise<PartRecord | undefined> {
    const entry = parse(await readText(this.#shelf, `${this.#slot}.part.json`));
    return entry?.key === this.#key ? entry : undefined;
  }

  /** Starts anew: empties the part, then writes down what it is going to be. */
  async begin(record: PartRecord): Promise<void> {
    await (await this.#shelf.append(`${this.#slot}.part`, 0)).close();
    await this.#write('.part.json', record);
  }

  append(at: number): Promise<Appender> {
    return this.#shelf.append(`${this.#slot}.part`, at);
  }

  source(): Promise<ByteSource> {
    return this.#shelf.source(`${this.#slot}.part`, this.#label);
  }

  async discard(): Promise<void> {
    await this.#shelf.remove(`${this.#slot}.part.json`);
    await this.#shelf.remove(`${this.#slot}.part`);
  }

  /** Gives the part its name and its record: from here on `find` finds it. */
  async finish(): Promise<ByteSource> {
    const record = await this.record();
    const total = await this.size();
    await this.#shelf.remove(`${this.#slot}.json`);
    await this.#shelf.rename(`${this.#slot}.part`, this.#slot);
    await this.#write('.json', { ...record, total });
    await this.#shelf.remove(`${this.#slot}.part.json`);
    return this.#shelf.source(this.#slot, this.#label);
  }

  #write(suffix: string, record: PartRecord): Promise<void> {
    const entry: Entry = { ...record, key: this.#key, label: this.#label };
    return writeText(this.#shelf, this.#slot + suffix, JSON.stringify(entry));
  }
}

/** A file name for a key: part of its hash for uniqueness, its last path segment for people. */
async function slotOf(key: string): Promise<string> {
  const hex = (await sha256Of(key)).slice(0, 24);
  const name = key.slice(key.lastIndexOf('/') + 1).replace(/[^\w.-]/g, '_');
  return `${hex}-${name.slice(-80)}`;
}

function parse(text: string | undefined): Entry | undefined {
  if (text === undefined) return undefined;
  try {
    const entry = JSON.parse(text) as Entry;
    return typeof entry?.key === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}
