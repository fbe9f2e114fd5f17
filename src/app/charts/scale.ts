/**
 * The colour scale of influence: one hue for what is worth something, another for what the model is better without. Both
 * begin at the same pale and grow stronger with the amount, the same in either theme, so that two people's pictures say
 * the same. Even steps look even, the two are told apart by people who see no red or green, and ink is readable on all.
 */

type Rgb = readonly [number, number, number];
type Lch = readonly [lightness: number, chroma: number, hue: number];

/** In OKLCH: lightness falls and colour grows in equal steps, from hardly anything to the most. */
const PALE: Lch = [0.91, 0.012, 300];
const ABOVE: Lch = [0.4, 0.17, 308];
const BELOW: Lch = [0.44, 0.08, 175];

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

/** The scale's colour at `t` in [-1, 1], in sRGB bytes: 0 is pale, 1 the most, below 0 the other hue. */
export function rgbAt(t: number): Rgb {
  const at = Math.min(1, Math.abs(t));
  const [from, to] = [toLab(PALE), toLab(t < 0 ? BELOW : ABOVE)];
  // Colour grows ahead of darkness, so that small amounts show which side of zero they are on.
  const mixed = from.map((x, k) => x + (to[k]! - x) * (k === 0 ? at : at ** 0.75)) as unknown as Rgb;
  return toLinear(mixed).map(encode) as unknown as Rgb;
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

/** Background and the ink that is readable on it. */
export function colourAt(t: number): { background: string; ink: string } {
  const rgb = rgbAt(t);
  return { background: css(rgb), ink: css(contrast(rgb, BLACK) >= contrast(rgb, WHITE) ? BLACK : WHITE) };
}

/** The part of the scale from one place to another as a CSS gradient from left to right, for a legend. */
export const legendGradient = (from: number, to: number): string =>
  `linear-gradient(to right, ${Array.from({ length: 17 }, (_, i) => css(rgbAt(from + ((to - from) * i) / 16))).join(', ')})`;
