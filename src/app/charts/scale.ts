/** The colour scale of influence: even steps look even, it is told apart without red and green, and ink is readable on it. */
import type { Theme } from '../widgets/theme';

type Rgb = readonly [number, number, number];
type Lch = readonly [lightness: number, chroma: number, hue: number];

/** Straw, green, teal, blue, indigo in OKLCH: lightness falls in equal steps; more influence stands out more from the page. */
const STOPS: Readonly<Record<Theme, readonly Lch[]>> = {
  light: [
    [0.955, 0.04, 100],
    [0.81, 0.085, 145],
    [0.665, 0.09, 190],
    [0.52, 0.1, 235],
    [0.375, 0.11, 275],
  ],
  dark: [
    [0.33, 0.07, 275],
    [0.475, 0.085, 240],
    [0.62, 0.085, 195],
    [0.765, 0.095, 150],
    [0.91, 0.1, 103],
  ],
};

const toLab = ([l, c, h]: Lch): Rgb => [l, c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];

/** OKLab to linear sRGB (Ottosson 2020). */
function toLinear([l, a, b]: Rgb): Rgb {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

const encode = (x: number): number => {
  const v = Math.min(1, Math.max(0, x));
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
};

const decode = (byte: number): number => {
  const v = byte / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
};

/** WCAG relative luminance of an sRGB colour in bytes. */
export const luminance = ([r, g, b]: Rgb): number => 0.2126 * decode(r) + 0.7152 * decode(g) + 0.0722 * decode(b);

/** WCAG contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The scale's colour at `t` in [0, 1], in sRGB bytes. */
export function rgbAt(t: number, theme: Theme): Rgb {
  const stops = STOPS[theme];
  const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const [from, to] = [toLab(stops[i]!), toLab(stops[i + 1]!)];
  const mixed = from.map((x, k) => x + (to[k]! - x) * (at - i)) as unknown as Rgb;
  return toLinear(mixed).map(encode) as unknown as Rgb;
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

/** Background and the ink that is readable on it. */
export function colourAt(t: number, theme: Theme): { background: string; ink: string } {
  const rgb = rgbAt(t, theme);
  return { background: css(rgb), ink: css(contrast(rgb, BLACK) >= contrast(rgb, WHITE) ? BLACK : WHITE) };
}

/** The scale as a CSS gradient from left to right, for a legend. */
export const legendGradient = (theme: Theme): string =>
  `linear-gradient(to right, ${Array.from({ length: 17 }, (_, i) => css(rgbAt(i / 16, theme))).join(', ')})`;

/** Where values lie on the scale, and what to write beside it. */
export interface Placement {
  readonly kind: 'linear' | 'log';
  readonly low: number;
  readonly high: number;
  /** Position of a value in [0, 1]; what lies outside is clamped. */
  place(value: number): number;
}

/** Decades of range from which the steps are logarithmic: one large value would flatten all the others. */
const LOG_FROM = 1.3;
/** Decades shown at most; smaller values share the lowest colour. */
const LOG_DECADES = 4;

/** Chooses the placement for a set of values. Negative values and zero take the lowest colour of a logarithmic scale. */
export function placementOf(values: readonly number[]): Placement {
  const finite = values.filter(Number.isFinite);
  const positive = finite.filter((v) => v > 0);
  const high = finite.length ? Math.max(...finite) : 1;
  const lowest = positive.length ? Math.min(...positive) : 0;
  const clamp = (t: number) => Math.min(1, Math.max(0, t));
  if (positive.length > 1 && Math.log10(high / lowest) > LOG_FROM) {
    const low = Math.max(lowest, high / 10 ** LOG_DECADES);
    const span = Math.log(high / low);
    return { kind: 'log', low, high, place: (v) => (v > 0 ? clamp(Math.log(v / low) / span) : 0) };
  }
  const low = Math.min(0, ...finite);
  return { kind: 'linear', low, high, place: (v) => (high > low ? clamp((v - low) / (high - low)) : 0) };
}
