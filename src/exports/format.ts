import { LopperError } from '../errors';
import type { Sublayer, SublayerKind } from '../model/units';
import { formatDropList } from '../pruning/drop-list';
import { isBlockDropped, type Mask } from '../pruning/mask';
import type { MaskModel, MaskNotes } from '../pruning/mask-file';

/** The model that a mask is taken away from. The lab's report of a model serves as one. */
export interface ExportModel extends MaskModel {
  /** As in config.json, `llama`. */
  readonly modelType: string;
  readonly heads: number;
  readonly kvHeads: number;
  /** How its matrices are stored, `BF16`. */
  readonly dtype?: string;
  /** Where Python finds it, where that is not its id: the path of a folder. */
  readonly from?: string;
}

/** An id of the hub or a path, as Python takes it. */
export const placeOf = ({ from, id }: ExportModel): string => from ?? id;

/** A benchmark that the mask was asked, by the name that Lopper knows it by. */
export interface AskedTask {
  readonly task: string;
  readonly shots: number;
  /** Items asked, where not all were. */
  readonly limit?: number;
}

/** What is written: a mask of a model, and what is known of it. */
export interface Taken {
  readonly mask: Mask;
  readonly model: ExportModel;
  /** For Lopper's own file. */
  readonly notes?: MaskNotes;
  readonly evaluations?: readonly AskedTask[];
}

/** A mask in a form of the field: how it is written, how it is read, and what is lost. */
export interface MaskFormat {
  /** As people call it. */
  readonly title: string;
  /** Who reads it, and how it counts. */
  readonly about: string;
  /** What of a mask does not go into it. */
  readonly loses: string;
  /** Whole blocks only, or single sublayers too. */
  readonly units: 'blocks' | 'sublayers';
  /** Its file's ending, without the dot. */
  readonly extension: string;
  /** The text of the file. Throws `mask-invalid`, naming the units, for a mask that it cannot express. */
  write(taken: Taken): string;
  /**
   * What a text may mean for a model of so many blocks, the likeliest first: more than one where the format leaves open how it
   * counts. Undefined where it is of another format. Throws `mask-mismatch` and `mask-invalid`. Absent where nothing can be read.
   */
  read?(text: ForeignText, blocks: number): readonly Reading[] | undefined;
}

/** A file that is to be read. */
export interface ForeignText {
  readonly text: string;
  /** What it is as JSON; undefined where it is none. */
  readonly json?: unknown;
}

/** One way of reading a file. */
export interface Reading {
  /** By which it is chosen, on the command line too. */
  readonly as: string;
  /** What its numbers were taken for: "blocks to drop, counted from 0". */
  readonly what: string;
  /** Throws `mask-mismatch` where the model lacks what is named. */
  mask(): Mask;
}

/** Blocks of which this sublayer is dropped, rising. */
export const droppedOf = ({ dropped }: Mask, kind: SublayerKind): number[] =>
  dropped
    .filter((s) => s.kind === kind)
    .map((s) => s.block)
    .sort((a, b) => a - b);

/** Dropped sublayers whose block is not dropped whole. */
export const singles = (mask: Mask): readonly Sublayer[] =>
  mask.dropped.filter(({ block }) => !isBlockDropped(mask, block));

/** Blocks that are dropped whole, in the order in which they came to be. Throws `mask-invalid` where single sublayers are dropped. */
export function wholeBlocks(mask: Mask, title: string): number[] {
  const alone = singles(mask);
  if (alone.length > 0) {
    throw new LopperError(
      'mask-invalid',
      `${title} can only leave whole blocks out, and this mask drops ${formatDropList(alone)} alone.`,
      'Choose a format that knows sublayers (mergekit, LLM-Drop, the Python script, a checkpoint), or drop whole blocks.',
    );
  }
  return blocksInOrder(mask);
}

/** Blocks that are dropped whole, in the order in which their second sublayer went. */
function blocksInOrder({ dropped }: Mask): number[] {
  const half = new Set<number>();
  return dropped.flatMap(({ block }) => {
    if (half.has(block)) return [block];
    half.add(block);
    return [];
  });
}

/** Blocks of which something is left. Throws `mask-invalid` where there is none. */
export function keptBlocks(mask: Mask): number[] {
  const kept = Array.from({ length: mask.blocks }, (_, block) => block).filter((b) => !isBlockDropped(mask, b));
  if (kept.length > 0) return kept;
  throw new LopperError('mask-invalid', 'Every block is dropped: nothing would be left of the model.', 'Put one back.');
}

/** The last part of a model's id: what a folder of it is called. */
export const lastPart = (id: string): string => id.split('/').filter(Boolean).at(-1) ?? 'model';
