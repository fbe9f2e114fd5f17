import { LopperError } from '../errors';
import { parseJson } from '../json';
import type { Mask } from '../pruning/mask';
import { type MaskModel, MOST_MASK_FILE_BYTES, readMaskFile } from '../pruning/mask-file';
import type { Placed } from '../recovery/module';
import type { ForeignText, MaskFormat, Reading } from './format';
import { MASK_FORMATS } from './formats';
import { readPruneMe } from './prune-me';

/** A mask that was read. */
export interface ReadMask {
  readonly mask: Mask;
  /** What stands in, where Lopper's own file has that, and how it was fitted. */
  readonly modules: readonly Placed[];
  readonly method?: string;
  /** For people: what was understood, and what else it might have been. */
  readonly warnings: readonly string[];
}

/**
 * The mask of a file for the model that is open: Lopper's own, or one that another tool wrote. `as`: the reading that is meant
 * where a format leaves open how it counts; without it the usual one. Throws what `readMaskFile` and the format's reader throw.
 */
export function readMask(text: string, model: MaskModel, as?: string): ReadMask {
  const readings = foreignReadings(text, model.blocks);
  if (readings) return takeReading(readings, as);
  const { mask, modules, warnings, file } = readMaskFile(text, model);
  return { mask, modules, method: file.recovery?.[0]?.kind, warnings };
}

/** What another tool's file may mean, the usual first; undefined for Lopper's own, and for what is of no format that is known. */
export function foreignReadings(text: string, blocks: number): readonly Reading[] | undefined {
  if (text.length > MOST_MASK_FILE_BYTES) return undefined;
  const file: ForeignText = { text: text.replace(/^\uFEFF/, ''), json: jsonOf(text) };
  for (const read of READERS) {
    const readings = read?.(file, blocks);
    if (readings && readings.length > 0) return readings;
  }
  return undefined;
}

/** The readings that this model could have, with their masks. Throws the first's error where there is none. */
export function fittingReadings(readings: readonly Reading[]): readonly { reading: Reading; mask: Mask }[] {
  const fitting = readings.flatMap((reading) => {
    try {
      return [{ reading, mask: reading.mask() }];
    } catch (error) {
      if (error instanceof LopperError) return [];
      throw error;
    }
  });
  if (fitting.length === 0) readings[0]!.mask();
  return fitting;
}

function takeReading(readings: readonly Reading[], as: string | undefined): ReadMask {
  const chosen = as === undefined ? readings[0]! : readings.find((reading) => reading.as === as);
  if (!chosen) {
    throw new LopperError(
      'mask-invalid',
      `The file cannot be read as ${as}.`,
      `It can be read as ${readings.map((r) => `${r.as} (${r.what})`).join(', ')}.`,
    );
  }
  const others = as === undefined ? readings.slice(1, 1 + MOST_NAMED) : [];
  const more = others.length > 0 ? ` It may also mean: ${others.map((r) => `${r.what} (${r.as})`).join('; ')}.` : '';
  return { mask: chosen.mask(), modules: [], warnings: [`Taken for ${chosen.what}.${more}`] };
}

/** Others that are named in one sentence. */
const MOST_NAMED = 4;

const READERS: readonly MaskFormat['read'][] = [
  ...Object.values(MASK_FORMATS).map((format: MaskFormat) => format.read),
  readPruneMe,
];

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
