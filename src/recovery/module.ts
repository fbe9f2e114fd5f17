import type { PlainUnit } from '../model/units';

/**
 * What may stand in a dropped unit's place, as plain data: h <- h + strength * (B A x + diagonal * x + bias) at every
 * position, h being the stream that the unit's update would have joined and x, raw, the stream that the unit would have
 * read. With the bias alone it is an emulated update, of rank 0; with the same number everywhere on the diagonal, a scale.
 */
export interface RecoveryModule {
  /** 1: as fitted. 0: nothing, the unit is only dropped. */
  readonly strength: number;
  /**
   * `normed`: x is that stream as the model's norms make it, without their weights. Such a map fits into a feed-forward layer.
   * `update`: the unit is a sublayer that is kept, and x what it adds itself, to which this comes: a merged map, which fits into
   * the weights of any.
   */
  readonly reads?: Reads;
  /** [width of the stream]. */
  readonly bias: Numbers;
  /** A linear map of x, as two thin matrices. */
  readonly map?: LowRank;
  /** [width]: what each channel of x is multiplied by. */
  readonly diagonal?: Numbers;
}

/** What else than the raw stream a module may read. */
export type Reads = (typeof READS)[number];
export const READS = ['normed', 'update'] as const;

/** B A: a map of the stream through so few channels. */
export interface LowRank {
  /** 1 to the width. */
  readonly rank: number;
  /** [rank, width], row by row. */
  readonly a: Numbers;
  /** [width, rank], row by row. */
  readonly b: Numbers;
}

/** A dropped unit that a module stands in for: a sublayer or a whole block. */
export interface RecoveredUnit {
  readonly block: number;
  readonly kind: PlainUnit;
}

/** A recovery module, and the dropped unit in whose place it stands. */
export interface Placed {
  readonly unit: RecoveredUnit;
  readonly module: RecoveryModule;
}

export type Numbers = Float32Array<ArrayBuffer>;

/** A module that adds the same vector everywhere. */
export const additive = (bias: ArrayLike<number>, strength = 1): RecoveryModule => ({
  strength,
  bias: Float32Array.from(bias),
});

/** One that fits into weights that are there anyway. */
export const isMerged = ({ reads }: RecoveryModule): boolean => reads === 'update';

/** Numbers that a module adds to a model. */
export const parametersOf = ({ bias, map, diagonal }: RecoveryModule): number =>
  bias.length + (map ? map.a.length + map.b.length : 0) + (diagonal?.length ?? 0);
