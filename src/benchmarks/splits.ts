import { LopperError } from '../errors';

const SPLITS = {
  train: 'train',
  test: 'test',
  dev: 'dev',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
};

/** The split of a data set that a file's name tells: `anatomy_test.csv`, `validation-00000-of-00001.parquet`. */
export function splitOf(name: string): string | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/);
  const found = words.findLast((word) => Object.hasOwn(SPLITS, word));
  return found === undefined ? undefined : SPLITS[found as keyof typeof SPLITS];
}

/** Throws `benchmark-invalid` where files that are to be read as one set are of several splits, naming a file of each. */
export function needOneSplit(files: readonly { readonly name: string }[]): void {
  const examples = new Map<string, string>();
  for (const { name } of files) {
    const split = splitOf(name);
    if (split && !examples.has(split)) examples.set(split, name);
  }
  if (examples.size < 2) return;
  const told = [...examples].map(([split, name]) => `${split} (${name})`);
  throw new LopperError(
    'benchmark-invalid',
    `These files are of several splits: ${told.slice(0, -1).join(', ')} and ${told.at(-1)}.`,
    'Give only the files of the split that is to be asked; worked examples are given apart from them.',
  );
}

const NO_ITEMS = /^(\.|__MACOSX)|^(readme|licen[cs]e|dataset_infos?|checksums?)\b/i;
const FORMS = /\.(csv|jsonl|json|parquet|txt|lst)$/i;

/** Whether a file found in a folder may hold items: what systems and publishers lay beside them does not. */
export const mayHoldItems = (name: string): boolean => FORMS.test(name) && !NO_ITEMS.test(name);
