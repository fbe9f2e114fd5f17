/**
 * Lets a SentencePiece-style BPE work word by word. Such a tokenizer.json (Llama 2, Mistral 7B) has no pre-tokenizer that
 * splits, so a whole text is merged as one word: 20 s for a megabyte. Where no vocabulary entry has the word mark `▁`
 * after another character, no merge can cross the start of a word, and splitting there changes no id.
 */
export function splitWords(json: Record<string, unknown>): Record<string, unknown> {
  const model = json.model as { type?: unknown; vocab?: unknown; merges?: unknown } | null | undefined;
  const before = json.pre_tokenizer as { type?: unknown } | null | undefined;
  if (!model || !Array.isArray(model.merges) || (before && before.type !== 'Metaspace')) return json;
  if (model.vocab === null || typeof model.vocab !== 'object') return json;
  const entries = Object.keys(model.vocab);
  if (!entries.some((token) => token.startsWith('▁')) || entries.some((token) => /[^▁]▁/.test(token))) return json;
  const words = { type: 'Split', pattern: { Regex: '▁+[^▁]*|[^▁]+' }, behavior: 'Removed', invert: true };
  return {
    ...json,
    pre_tokenizer: before ? { type: 'Sequence', pretokenizers: [before, words] } : words,
  };
}
