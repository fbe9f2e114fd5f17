/** What a job will take, as near as can be told before it begins: at most, where it may end early. Plain data. */
export interface Cost {
  /** Passes of the full model; what branches share is walked and counted once. */
  readonly passes: number;
  /** Bytes of weights that are gone through: once in a walk, whatever the number of its branches. */
  readonly bytes: number;
  /**
   * At the pace of the open model's walks so far; before the first, of a few tokens that are walked for it, or, where weights
   * are read anew for each walk, of the adapter's matmul in the self-test.
   */
  readonly seconds: number;
}
