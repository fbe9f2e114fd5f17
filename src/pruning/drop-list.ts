import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { countBlocks } from './mask';

type Kind = 'attn' | 'ffn' | 'block';

/** Blocks that a list may name when its model is not known yet: a hundred times what is published, and quickly listed. */
export const MOST_BLOCKS = 10_000;

/** Blocks that a list may name in all, repeats included: no model has as many sublayers. */
const MOST_NAMED = 4 * MOST_BLOCKS;

const PIECE = /^(?:(attn|ffn|block)\s*:\s*)?(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/;

const tooMany = (text: string) =>
  new LopperError(
    'mask-invalid',
    `The list of layers to drop, "${shorten(text)}", names more layers than a model has.`,
    'Name each layer once.',
  );

const invalid = (piece: string, text: string) =>
  new LopperError(
    'mask-invalid',
    piece === ''
      ? `The list of layers to drop has an empty piece: "${shorten(text)}".`
      : `"${shorten(piece)}" does not name layers to drop.`,
    'Write attn:2, ffn:3 or block:4, a range as attn:2-5 (both ends included), several with commas; blocks count from 0.',
  );

/**
 * Reads `attn:2,ffn:3,block:4`: the sublayers to drop, in order. Ranges include both ends (`attn:2-5`), a number alone
 * is of the kind before it (`attn:2,3`), `;` serves as `,`, and `block:4` is attn 4, then ffn 4. Repeats are left out.
 * Throws `mask-invalid` for what cannot be read and `mask-mismatch` for a block that a model of `blocks` blocks lacks.
 */
export function parseDropList(text: string, blocks?: number): Sublayer[] {
  if (text.trim() === '') return [];
  const dropped = new Map<string, Sublayer>();
  let kind: Kind | undefined;
  let named = 0;
  for (const piece of text.split(/[,;]/).map((p) => p.trim())) {
    const match = PIECE.exec(piece);
    kind = (match?.[1] as Kind | undefined) ?? kind;
    if (!match || kind === undefined) throw invalid(piece, text);
    const first = Number(match[2]);
    const last = match[3] === undefined ? first : Number(match[3]);
    if (last < first) throw invalid(piece, text);
    checkRange(piece, last, blocks);
    named += last - first + 1;
    if (named > MOST_NAMED) throw tooMany(text);
    for (let block = first; block <= last; block++) {
      if (kind !== 'ffn') dropped.set(`attn:${block}`, { block, kind: 'attn' });
      if (kind !== 'attn') dropped.set(`ffn:${block}`, { block, kind: 'ffn' });
    }
  }
  return [...dropped.values()];
}

function checkRange(piece: string, last: number, blocks?: number) {
  if (last < (blocks ?? MOST_BLOCKS)) return;
  throw new LopperError(
    'mask-mismatch',
    blocks === undefined
      ? `"${piece}" names block ${last}; no model has that many.`
      : `"${piece}" names block ${last}, but this model has ${countBlocks(blocks)}.`,
    `Blocks are counted from 0: use 0 to ${(blocks ?? MOST_BLOCKS) - 1}.`,
  );
}

/** Writes what `parseDropList` reads back in the same order, as short as it goes: `block:4,attn:6-8,2,ffn:3`. */
export function formatDropList(sublayers: readonly Sublayer[]): string {
  const pieces: { kind: Kind; first: number; last: number }[] = [];
  for (let i = 0; i < sublayers.length; i++) {
    const { block } = sublayers[i]!;
    let kind: Kind = sublayers[i]!.kind;
    const next = sublayers[i + 1];
    if (kind === 'attn' && next?.kind === 'ffn' && next.block === block) {
      kind = 'block';
      i++;
    }
    const before = pieces.at(-1);
    if (before?.kind === kind && before.last === block - 1) before.last = block;
    else pieces.push({ kind, first: block, last: block });
  }
  return pieces
    .map(({ kind, first, last }, i) => {
      const named = pieces[i - 1]?.kind === kind ? '' : `${kind}:`;
      return `${named}${first}${last === first ? '' : `${last === first + 1 ? ',' : '-'}${last}`}`;
    })
    .join(',');
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
