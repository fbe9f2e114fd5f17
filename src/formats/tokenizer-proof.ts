import type { Tokenizer } from './tokenizer';

/** Texts of the kinds that tokenizers have gone wrong on: spaces, lines, cases, accents, scripts, signs, a byte order mark. */
const TEXTS = [
  'The cat sat on the mat.',
  // None begins with a space: many tokenizers put one before every text and take one away.
  'a space between, and two  between',
  'one\ntwo\n\n\tthree',
  'UPPER lower MiXeD',
  'don’t "quote" (this) – really…',
  '1234567890 3.14 -7 1,000',
  'naïve café Größe',
  'Привет, мир',
  '你好，世界',
  '🙂 👩‍👩‍👧',
  'if (x <= 1) { return y[0]; } // ok',
  'mark\uFEFFed',
];

/**
 * Lets a tokenizer prove itself: what it makes of a dozen texts must decode to them. Undefined where it does, else a
 * sentence with the first that does not, cut where it differs.
 */
export function proveTokenizer(tokenizer: Tokenizer): string | undefined {
  for (const text of TEXTS) {
    const back = tokenizer.decode(tokenizer.encode(text, { bos: false }));
    if (back === text) continue;
    const quote = (said: string) => JSON.stringify(said.length > 40 ? `${said.slice(0, 40)}…` : said);
    return `The tokenizer does not give every text back as it was: ${quote(text)} comes back as ${quote(back)}.`;
  }
  return undefined;
}
