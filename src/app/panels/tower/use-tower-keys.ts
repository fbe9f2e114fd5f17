import type { KeyboardEvent, RefObject } from 'react';
import { type Sublayer, type SublayerKind, sublayersOf } from '../../../model/units';
import { toggleByHand, toggleLock } from '../../actions/locks';

/** 0 is the block's own header, 1 its attn, 2 its ffn. */
export type Column = 0 | 1 | 2;
export interface Place {
  readonly block: number;
  readonly column: Column;
}

const kindOf = (column: Column): SublayerKind | undefined => ([undefined, 'attn', 'ffn'] as const)[column];

/** The sublayers of a cell, or of a block where its header or `whole` is meant. */
export function sublayersAt({ block, column }: Place, whole = false): Sublayer[] {
  const kind = kindOf(column);
  return sublayersOf(whole || !kind ? 'block' : kind, block);
}

/** Drops or restores what is at a place; `whole` is the block it belongs to. */
export const toggleAt = (place: Place, whole = false): void => toggleByHand(sublayersAt(place, whole));

/** Blocks that Page Up and Page Down pass. */
const PAGE = 8;

/** Arrow keys walk the tower (up is towards the head), space and Enter toggle, L locks, with Shift the whole block. */
export function useTowerKeys(
  grid: RefObject<HTMLElement | null>,
  blocks: number,
  active: Place,
  setActive: (place: Place) => void,
) {
  const go = (block: number, column: number) => {
    const place = {
      block: Math.min(blocks - 1, Math.max(0, block)),
      column: Math.min(2, Math.max(0, column)) as Column,
    };
    setActive(place);
    const kind = kindOf(place.column);
    const selector = `[data-block="${place.block}"]${kind ? `[data-kind="${kind}"]` : ':not([data-kind])'}`;
    const target = grid.current?.querySelector<HTMLElement>(selector);
    target?.focus();
  };
  return {
    onKeyDown(e: KeyboardEvent) {
      if (e.altKey || ((e.ctrlKey || e.metaKey) && e.key !== 'Home' && e.key !== 'End')) return;
      const { block, column } = active;
      switch (e.key) {
        case 'ArrowUp':
          go(block + 1, column);
          break;
        case 'ArrowDown':
          go(block - 1, column);
          break;
        case 'ArrowLeft':
          go(block, column - 1);
          break;
        case 'ArrowRight':
          go(block, column + 1);
          break;
        case 'Home':
          go(e.ctrlKey ? blocks - 1 : block, 0);
          break;
        case 'End':
          go(e.ctrlKey ? 0 : block, 2);
          break;
        case 'PageUp':
          go(block + PAGE, column);
          break;
        case 'PageDown':
          go(block - PAGE, column);
          break;
        case ' ':
        case 'Enter':
          toggleAt(active, e.shiftKey);
          break;
        case 'l':
        case 'L':
          toggleLock(sublayersAt(active, e.shiftKey));
          break;
        default:
          return;
      }
      e.preventDefault();
    },
  };
}
