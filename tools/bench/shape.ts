/** What is measured: a Llama of 12 blocks, and the length of the text it reads. The peer's graph has the same shape. */
export const SHAPE = {
  blocks: 12,
  width: 128,
  heads: 4,
  kvHeads: 2,
  headDim: 32,
  ffnWidth: 384,
  vocabulary: 1024,
  context: 1024,
} as const;

/** Tokens of a prefill. */
export const PREFILL_TOKENS = 256;

/** Token ids that are the same in every run and for both engines. */
export const tokens = (length: number): number[] =>
  Array.from({ length }, (_, i) => (i * 7919 + 13) % SHAPE.vocabulary);
