/**
 * What may stand in a dropped unit's place, as plain data: h <- h + strength * bias at every position, h being the stream
 * that the unit's update would have joined. This is an emulated update, of rank 0; a linear adapter, h + strength * (B A x
 * + bias) on the raw stream `x` that the unit would have read, adds its two matrices to it.
 */
export interface RecoveryModule {
  /** 1: as fitted. 0: nothing, the unit is only dropped. */
  readonly strength: number;
  /** [width of the stream]. */
  readonly bias: readonly number[];
}
