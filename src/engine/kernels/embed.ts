import code from '../../../shaders/embed.wgsl?raw';
import { DTYPES, type Dtype, isInBlocks } from '../../formats/dtypes';
import type { Buffer } from '../../gpu/gpu';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { grid } from '../../gpu/recorder';
import type { Linear } from '../layout';
import { gatherRows, readAs, widenKernels } from './blocks';
import { type Dispatcher, type Variant, variant } from './dispatcher';

export const EMBED = kernel({
  file: 'embed.wgsl',
  code,
  entry: 'embed',
  parameters: new Parameters('Params', {
    rows: 'u32',
    eights: 'u32',
    firstToken: 'u32',
    tokens: 'u32',
    outRow: 'u32',
    positionStart: 'u32',
    scale: 'f32',
  }),
  bindings: { ids: read(1), places: read(2), table: read(3), position_table: read(4), out: write(5) },
  constants: ['DTYPE', 'LOOKED_UP', 'LEARNED_POSITIONS', 'POSITION_DTYPE'],
});

const embedVariant = (table: Dtype, positions: Dtype | undefined) =>
  variant(EMBED, {
    DTYPE: DTYPES[readAs(table)].code,
    LOOKED_UP: isInBlocks(table) ? 1 : 0,
    LEARNED_POSITIONS: positions ? 1 : 0,
    POSITION_DTYPE: DTYPES[positions ?? readAs(table)].code,
  });

/** A table in blocks is looked up by a kernel of its own; positions are added to what it wrote. */
export const embedKernels = (table: Dtype, positions: Dtype | undefined): Variant[] => [
  ...widenKernels([table]),
  ...(isInBlocks(table) && !positions ? [] : [embedVariant(table, positions)]),
];

/** Tokens to be looked up, and where they go. */
export interface EmbedStep {
  readonly table: Linear;
  /** Learned positions, in one part. */
  readonly positions?: Linear;
  readonly ids: Buffer;
  readonly places: Buffer;
  readonly rows: number;
  readonly out: Buffer;
  /** First row of `out`. */
  readonly outRow: number;
  /** Row of position 0 in the table of positions; default 0. */
  readonly positionStart?: number;
  /** What embeddings are multiplied by; default 1. */
  readonly scale?: number;
}

/** out[i] = scale * the token's row of the table (+ its position's); one dispatch for each part of the table. */
export function embed(d: Dispatcher, step: EmbedStep): void {
  const { table, positions, ids, places, rows, out, outRow, positionStart = 0, scale = 1 } = step;
  const eights = table.steps;
  const positionTable = positions?.parts[0];
  for (const part of table.parts) {
    if (isInBlocks(part.dtype)) gatherRows(d, part, eights, ids, rows, out, outRow, scale);
    if (isInBlocks(part.dtype) && !positionTable) continue;
    d.run(
      embedVariant(part.dtype, positionTable?.dtype),
      { rows, eights, firstToken: part.first, tokens: part.outputs, outRow, positionStart, scale },
      { ids, places, table: part.buffer, position_table: positionTable?.buffer ?? d.empty, out },
      grid(Math.ceil((rows * eights) / 64)),
      rows * eights * 8,
    );
  }
}
