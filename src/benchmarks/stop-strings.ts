/** The text before the first stop string in it, wherever it stands; the whole text where there is none. */
export function cutAtStop(text: string, stop: readonly string[]): string {
  let end = text.length;
  for (const term of stop) {
    const at = term === '' ? -1 : text.indexOf(term);
    if (at >= 0) end = Math.min(end, at);
  }
  return text.slice(0, end);
}
