/** Ways in which a file is not what it was: bytes that are others, and JSON that says something odd. */

type Random = () => number;

const below = (random: Random, n: number): number => Math.floor(random() * n);
export const oneOf = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!;

/** Values that readers have stumbled over. */
const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  'x',
  '__proto__',
  '../../etc/passwd',
  'half\uD800',
  '(k+)+$',
  '\\p{L',
  'y'.repeat(100_000),
  [],
  {},
  [[]],
  Array(1000).fill(0),
  { type: 'Sequence', pretokenizers: [] },
];

/** The same bytes, but for one to four changes. */
export function spoilBytes(original: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(original);
  for (let changes = 1 + below(random, 4); changes > 0; changes--) {
    const at = below(random, bytes.length + 1);
    const to = Math.min(bytes.length, at + below(random, 64));
    switch (below(random, 6)) {
      case 0:
        bytes = bytes.slice(0, at); // cut short
        break;
      case 1:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(to)); // a hole
        break;
      case 2:
        bytes = joined(bytes.subarray(0, to), bytes.subarray(at)); // a piece twice
        break;
      case 3:
        for (let i = at; i < to; i++) bytes[i] = below(random, 256);
        break;
      default:
        if (at < bytes.length) bytes[at] = oneOf(random, [0, 0xff, 0x7f, 0x80, below(random, 256)]);
    }
  }
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

export const spoilText = (text: string, random: Random): string =>
  new TextDecoder('latin1').decode(spoilBytes(new TextEncoder().encode(text), random));

/** JSON text in which one to three places hold something else, are gone, or stand under another name; or is spoilt as text. */
export function spoilJson(text: string, random: Random): string {
  if (below(random, 4) === 0) return spoilText(text, random);
  if (below(random, 40) === 0) return `${'['.repeat(5000)}${text}${']'.repeat(5000)}`;
  const json: unknown = JSON.parse(text);
  for (let changes = 1 + below(random, 3); changes > 0; changes--) {
    const holder = somewhere(json, random);
    const keys = Object.keys(holder);
    if (keys.length === 0) continue;
    const key = oneOf(random, keys);
    const value = holder[key];
    switch (below(random, 8)) {
      case 0:
        delete holder[key];
        break;
      case 1: // well formed, and as long or as large as nothing else is
      case 2:
        if (Array.isArray(value)) holder[key] = random() < 0.5 ? value.slice(1) : [...value, ...value.slice(-1)];
        else if (typeof value === 'number') holder[key] = below(random, 20);
        else delete holder[key];
        break;
      case 3:
        rename(holder, key, oneOf(random, [`${key}x`, ...ODD_NAMES]));
        break;
      case 4:
        holder[key] = typeof value === 'number' ? -value * 10 ** below(random, 12) : [value];
        break;
      default:
        holder[key] = structuredClone(oneOf(random, ODD));
    }
  }
  return JSON.stringify(json);
}

const ODD_NAMES = ['__proto__', 'constructor', 'toString', '', '0', 'half\uD800', 'z'.repeat(50_000)];

function rename(holder: Record<string, unknown>, from: string, to: string): void {
  // A key like any other, also where assigning to it would change what the object is.
  Object.defineProperty(holder, to, { value: holder[from], enumerable: true, configurable: true, writable: true });
  delete holder[from];
}

/** An object or a list within the value, likelier near its top: the long lists of a vocabulary are not all of it. */
function somewhere(value: unknown, random: Random): Record<string, unknown> {
  let at = value as Record<string, unknown>;
  for (;;) {
    const inner = Object.values(at).filter((v) => typeof v === 'object' && v !== null);
    if (inner.length === 0 || random() < 0.3) return at;
    at = oneOf(random, inner) as Record<string, unknown>;
  }
}
