import type { SublayerKind } from '../../model/units';

/** The kinds in full, as a person says them. */
export const KIND_NAMES: Readonly<Record<SublayerKind, string>> = { attn: 'attention', ffn: 'feed-forward' };

/** "block 3 attention". */
export const sublayerName = (block: number, kind: SublayerKind): string => `block ${block} ${KIND_NAMES[kind]}`;
