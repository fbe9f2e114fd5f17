/** Numbers as the page writes them: a true minus sign, tabular, the unit always with them. */

const MINUS = '−';
const proper = (text: string) => text.replaceAll('-', MINUS);

/** Losses and influences in nats, e.g. `2.1340`. */
export const fixed = (value: number, digits = 4): string => proper(value.toFixed(digits));

/** With its sign, `±0` where it rounds to nothing. */
export function signed(value: number, digits = 4): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

/** Two or three significant digits for a cell or an axis, however small: `1.23`, `0.0053`, `0.00013`, `1.3e−5`. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.00005 || size >= 1e5) return proper(value.toExponential(1)).replace('.0e', 'e').replace('+', '');
  if (size < 0.0005) return proper(value.toFixed(5));
  if (size < 0.0095) return proper(value.toFixed(4));
  if (size < 0.1) return proper(value.toFixed(3));
  if (size < 10) return proper(value.toFixed(2));
  if (size < 100) return proper(value.toFixed(1));
  return proper(value.toFixed(0));
}

/** The same with its sign, which is never lost in rounding. */
export const signedShort = (value: number): string => (value > 0 ? `+${short(value)}` : short(value));

/** Perplexities run from 1 to astronomical. */
export function perplexity(value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  if (value >= 1e6) return value.toExponential(1).replace('e+', 'e');
  return value.toLocaleString('en', {
    maximumFractionDigits: value < 100 ? 2 : value < 1000 ? 1 : 0,
    minimumFractionDigits: value < 100 ? 2 : 0,
  });
}

/** `4.01 M`, `7.24 B`. */
export function count(value: number): string {
  for (const [size, letter] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= size) return `${(value / size).toPrecision(3)} ${letter}`;
  }
  return `${value}`;
}

/** Powers of 1024: `12.0 KiB`, `7.9 MiB`. */
export function bytes(value: number): string {
  let [size, unit] = [value, 'B'];
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (size < 1024) break;
    [size, unit] = [size / 1024, next];
  }
  return unit === 'B' ? `${size} B` : `${size.toFixed(size < 100 ? 1 : 0)} ${unit}`;
}

export const percent = (fraction: number, digits = 1): string => `${proper((100 * fraction).toFixed(digits))}%`;

export const signedPercent = (fraction: number, digits = 1): string => `${signed(100 * fraction, digits)}%`;

/** A ratio as a change: percent where that can be pictured, a factor where it cannot. */
export const growth = (ratio: number): string =>
  ratio < 2 ? signedPercent(ratio - 1) : `× ${ratio.toLocaleString('en', { maximumSignificantDigits: 3 })}`;

/** `8 s`, `2 min 05 s`, `1 h 12 min`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}

/** Of an estimate, as exact as that is: `40 s`, `18 min`, `31 h`, `21 days`. */
export function roughly(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `1,234`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** A checkpoint of a training: "step 3,072", or its name where that tells no step. */
export const checkpointWords = ({ name, step }: { readonly name: string; readonly step?: number }): string =>
  step === undefined ? name : `step ${whole(step)}`;

export const plural = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`;

/** A name as it stands within a sentence; "L1" and "Shapley" stay as they are. */
export const lowerFirst = (name: string): string =>
  /^[A-Z][a-z]/.test(name) && !name.startsWith('Shapley') ? name[0]!.toLowerCase() + name.slice(1) : name;

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
