import { benchmarkFile } from '../../benchmarks/rows';
import { LopperError } from '../../errors';
import type { GivenFile, NamedFile } from '../../lab/contract';
import { bytes } from '../words/format';

/** Forms in which items come; `.lst` are PIQA's answers. */
export const ITEM_FORMS = '.jsonl,.json,.csv,.parquet,.lst';

/** Above this a file is refused unread; the largest of the official ones has 48 MB. */
const MOST_BYTES = 100 * 2 ** 20;

/** Picked or dropped files, as benchmarks read them. Throws `benchmark-invalid` for one that is too large. */
export const readItemFiles = async (files: readonly File[]): Promise<NamedFile[]> =>
  (await readFiles(files)).map(({ name, bytes }) => benchmarkFile(name, bytes));

/** The same files as they are. */
export const readFiles = (files: readonly File[]): Promise<GivenFile[]> =>
  Promise.all(
    files.map(async (file) => {
      if (file.size <= MOST_BYTES) return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      throw new LopperError(
        'benchmark-invalid',
        `${file.name} has ${bytes(file.size)}; ${bytes(MOST_BYTES)} is the most that is read.`,
        'Give a part of it.',
      );
    }),
  );

/** "test.csv", "test.csv and 56 more". */
export const namesOf = ([first, ...others]: readonly NamedFile[]): string =>
  others.length === 0 ? first!.name : `${first!.name} and ${others.length} more`;
