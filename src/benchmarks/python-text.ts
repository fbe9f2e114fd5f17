/**
 * White space as Python's `str.isspace` and `str.strip` have it. JavaScript's `\s` and `trim` lack U+001C to U+001F and
 * U+0085, and have U+FEFF besides; prompts built with them would differ from the field's.
 */
const WHITE_SPACE = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** Python's `str.rstrip`. */
export function rstrip(text: string): string {
  let end = text.length;
  while (end > 0 && WHITE_SPACE.has(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Python's `str.strip`. */
export function strip(text: string): string {
  let start = 0;
  while (start < text.length && WHITE_SPACE.has(text[start]!)) start++;
  return rstrip(text.slice(start));
}

/** Length in Unicode code points, as Python's `len` counts it. */
export const codePoints = (text: string): number => [...text].length;
