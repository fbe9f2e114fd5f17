/** Sequences packed into one list of rows in which shared prefixes are stored once. Built by `packTokens`. */
export interface TokenTree {
  readonly rows: number;
  /** [rows] token ids and positions; positions are those of the unpacked sequences. */
  readonly ids: Uint32Array;
  readonly positions: Uint32Array;
  /** Runs of rows that follow one another; a row sees its chain up to itself and all of the chains above. */
  readonly chains: readonly { readonly start: number; readonly end: number; readonly parent: number }[];
  /** Scored pairs: the row that predicts, the token predicted. */
  readonly scored: { readonly rows: Uint32Array; readonly targets: Uint32Array };
  /** For each sequence, the indices of its scored pairs, in order, and the row of the last token that has one. */
  readonly pairs: readonly Uint32Array[];
  readonly lastRows: readonly number[];
}

export interface Sequence {
  readonly ids: readonly number[];
  /** Tokens `ids[scoreFrom..]` are scored, each from the row before it; at least 1. `ids.length` scores none. */
  readonly scoreFrom: number;
  /** The last token is only predicted: it gets no row of its own. */
  readonly endIsTarget?: boolean;
}
