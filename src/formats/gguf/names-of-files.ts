import { LopperError } from '../../errors';

const SPLIT = /-(\d{5})-of-(\d{5})\.gguf$/i;
const MAX_PARTS = 1000;

/** Names of the models among files: each .gguf, and of a split its first. A projector of images is none. */
export const ggufModels = (names: readonly string[]): string[] =>
  names.filter((name) => {
    const part = SPLIT.exec(name)?.[1];
    return /\.gguf$/i.test(name) && (part === undefined || part === '00001') && !/(^|\/)mmproj[-.]/i.test(name);
  });

/** All files of a model, by the name of one. */
export function partsOf(name: string): string[] {
  const split = SPLIT.exec(name);
  if (!split) return [name];
  const stem = name.slice(0, split.index);
  return Array.from(
    { length: Math.min(Number(split[2]), MAX_PARTS) },
    (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${split[2]}.gguf`,
  );
}

/** What to say where it is not said which GGUF is meant. */
export const chooseGguf = (id: string, models: readonly string[]): LopperError =>
  new LopperError(
    'usage',
    `${id} has its weights as GGUF, in ${models.length === 1 ? 'one file' : `${models.length} files`}: ${[...models].sort().join(', ')}.`,
    'Name the one that is meant: in the field for a GGUF file, or with --file NAME.',
  );
