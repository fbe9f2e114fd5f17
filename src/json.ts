/** JSON from outside, and what messages show of a value. */

/** Objects and lists one within the other: no file of any format here has twenty. */
const MOST_DEPTH = 200;

/**
 * Parses text from outside; a byte order mark is passed over. Throws `SyntaxError`, also for values nested so deep that
 * looking at them would take more stack than there is.
 */
export function parseJson(text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const value: unknown = JSON.parse(json);
  if (isDeep(json)) throw new SyntaxError(`its values are nested more than ${MOST_DEPTH} deep`);
  return value;
}

/** Of sound JSON. */
function isDeep(json: string): boolean {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < json.length; at++) {
    const c = json.charCodeAt(at);
    if (c === QUOTE) {
      for (at++; json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++;
    } else if (c === OPEN_LIST || c === OPEN_OBJECT) {
      if (++depth > most) most = depth;
    } else if (c === CLOSE_LIST || c === CLOSE_OBJECT) depth--;
  }
  return most > MOST_DEPTH;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** What an error of another's says, cut where it quotes much of a file. */
export const said = (error: unknown, most = 200): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > most ? `${text.slice(0, most)}…` : text;
};

/** A value as JSON, for a message: cut where it is long, since what comes from outside may be megabytes. */
export function shown(value: unknown, most = 60): string {
  // A long text is cut first: quoting it whole would only be thrown away.
  const short = typeof value === 'string' ? value.slice(0, most + 1) : value;
  const text = JSON.stringify(short) ?? String(short);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
