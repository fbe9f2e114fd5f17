import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of what is measured already: a run that was cut goes on behind it. */
export class KeptWork {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** What `make` gives, or gave before under that name. */
  async get<T>(name: string, make: () => Promise<T>): Promise<T> {
    const file = join(this.folder, `${name.replace(/[^\w.-]+/g, '-')}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
    const made = await make();
    writeFileSync(file, JSON.stringify(made));
    return made;
  }
}
