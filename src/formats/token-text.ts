/** How tokens are spelled in a vocabulary, and back to text. */

/** The printable stand-ins that byte-level BPE (GPT-2) uses for bytes: itself where printable, else 256 and up. */
const byteOf: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    map.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return map;
})();

/** A function from a vocabulary entry to the text it stands for; bytes that are no whole character read `<0xE2>`. */
export function tokenSpelling(tokenizerJson: Record<string, unknown>): (token: string) => string {
  return mentions(tokenizerJson.decoder, 'ByteLevel') ? fromByteLevel : fromSentencePiece;
}

function mentions(stage: unknown, type: string): boolean {
  if (stage === null || typeof stage !== 'object') return false;
  const { type: own, decoders } = stage as { type?: unknown; decoders?: unknown };
  return own === type || (Array.isArray(decoders) && decoders.some((d) => mentions(d, type)));
}

function fromByteLevel(token: string): string {
  const bytes = Array.from(token, (c) => byteOf.get(c));
  if (bytes.includes(undefined)) return token;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes as number[]));
  } catch {
    return (bytes as number[]).map(spellByte).join('');
  }
}

function fromSentencePiece(token: string): string {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token);
  return byte ? spellByte(Number.parseInt(byte[1]!, 16)) : token.replaceAll('▁', ' ');
}

const spellByte = (byte: number): string =>
  byte < 0x80 ? String.fromCharCode(byte) : `<0x${byte.toString(16).toUpperCase()}>`;
