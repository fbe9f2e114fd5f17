/** Tables of known losses as bytes: of each table all losses as F32, then of each all half-widths in a byte each. */
import { LopperError } from '../../errors';
import { type LossTable, tableMasks } from '../../pruning/known-masks';

export type TableHead = Pick<LossTable, 'of' | 'most'>;

/** A half-width is `LEAST * STEP ** (byte - 1)`, nats a token, up to 2.4; 0 is none. 5% apart, as sure as it is itself. */
const LEAST = 1e-5;
const STEP = 1.05;
/** For one that is not known. */
const NONE = 255;

export function lossTableBytes(tables: readonly Pick<LossTable, 'added' | 'half'>[]): Uint8Array {
  const halves = tables.flatMap(({ half }) => [...half].map(byteOf));
  const added = tables.flatMap((table) => [...table.added]);
  const bytes = new Uint8Array(5 * added.length);
  const view = new DataView(bytes.buffer);
  for (const [i, x] of added.entries()) view.setFloat32(4 * i, x, true);
  bytes.set(halves, 4 * added.length);
  return bytes;
}

/** Throws `result-invalid` where the bytes are not those of such tables. */
export function readLossTables(bytes: Uint8Array, blocks: number, heads: readonly TableHead[]): LossTable[] {
  const sizes = heads.map((head) => tableMasks(blocks, head).length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== 5 * all) {
    throw new LopperError(
      'result-invalid',
      `The tables of losses have ${bytes.length} bytes; ${5 * all} were expected.`,
      'Reload the page; if that does not help, this copy of Lopper is incomplete.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let first = 0;
  return heads.map((head, t) => {
    const at = first;
    first += sizes[t]!;
    const numbers = (read: (i: number) => number) => Float32Array.from({ length: sizes[t]! }, (_, i) => read(at + i));
    return {
      ...head,
      added: numbers((i) => view.getFloat32(4 * i, true)),
      half: numbers((i) => halfOf(bytes[4 * all + i]!)),
    };
  });
}

function byteOf(half: number): number {
  if (Number.isNaN(half)) return NONE;
  return half <= 0 ? 0 : Math.min(NONE - 1, Math.max(1, 1 + Math.round(Math.log(half / LEAST) / Math.log(STEP))));
}

const halfOf = (byte: number): number => (byte === NONE ? Number.NaN : byte === 0 ? 0 : LEAST * STEP ** (byte - 1));
