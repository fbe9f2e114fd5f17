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

/** Texts made to hurt a pattern that tries one thing in many ways: a run of each sign, ended by what it is not. */
const RUN = 32;
const HURTFUL = Array.from({ length: 95 }, (_, i) => `${String.fromCharCode(32 + i).repeat(RUN)}\u0001`).concat(
  ['\n', 'é', '字', 'aA', 'a1', 'a '].map((run) => `${run.repeat(RUN)}\u0001`),
);

/**
 * Lets a tokenizer prove itself: it must come to an end with texts made to hurt (which is its own to watch), and what it
 * makes of a dozen others must decode to them. Undefined where it does, else a
 * sentence with the first that does not, cut where it differs.
 */
export function proveTokenizer(tokenizer: Tokenizer): string | undefined {
  for (const text of HURTFUL) tokenizer.encode(text, { bos: false });
  for (const text of TEXTS) {
    const back = tokenizer.decode(tokenizer.encode(text, { bos: false }));
    if (back === text) continue;
    const quote = (said: string) => JSON.stringify(said.length > 40 ? `${said.slice(0, 40)}…` : said);
    return `The tokenizer does not give every text back as it was: ${quote(text)} comes back as ${quote(back)}.`;
  }
  return undefined;
}
