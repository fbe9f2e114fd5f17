import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of what is measured already: a run that was cut goes on behind it. */
export class KeptWork {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** What `make` gives, or gave before under that name. */
  async get<T>(name: string, make: () => Promise<T>): Promise<T> {
    const file = this.#file(name);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'), unpacked);
    const made = await make();
    this.#keep(file, made);
    return made;
  }

  /**
   * The same of what takes long: `make` is told where it had come to when it was cut, and keeps where it has come to now.
   */
  async getOn<T, Run>(
    name: string,
    make: (before: Run | undefined, keep: (run: Run) => void) => Promise<T>,
  ): Promise<T> {
    return this.get(name, async () => {
      const file = this.#file(`${name}, so far`);
      const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8'), unpacked) : undefined;
      return make(before, (run) => this.#keep(file, run));
    });
  }

  #file = (name: string) => join(this.folder, `${fileNameOf(name)}.json`);

  /** Whole or not at all: a run may be cut while it writes. */
  #keep(file: string, value: unknown): void {
    writeFileSync(`${file}.new`, JSON.stringify(value, packed));
    renameSync(`${file}.new`, file);
  }
}

/** Letters that a file's name may have everywhere, with what is written behind it. */
const MOST_LETTERS = 160;

/** A name as a file's; a long one, as a list of masks has, is told from its like by its hash. */
function fileNameOf(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '-');
  if (plain.length <= MOST_LETTERS) return plain;
  return `${plain.slice(0, MOST_LETTERS)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** Numbers of modules come back as they were. */
const packed = (_: string, value: unknown) =>
  value instanceof Float32Array
    ? { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
    : value;
const unpacked = (_: string, value: unknown) => {
  const text = (value as { readonly float32?: unknown } | null)?.float32;
  return typeof text === 'string' ? new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer) : value;
};
