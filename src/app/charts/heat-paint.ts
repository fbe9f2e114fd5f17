import type { Theme } from '../widgets/theme';
import { rgbAt } from './scale';

/** Shades of the colour scale: more than can be told apart. */
const SHADES = 256;
/** Cells from this size, in CSS pixels, are set apart by a line. */
const APART_FROM = 7;

const palettes = new Map<Theme, Uint8ClampedArray>();

function paletteOf(theme: Theme): Uint8ClampedArray {
  let palette = palettes.get(theme);
  if (!palette) {
    palette = new Uint8ClampedArray(3 * SHADES);
    for (let i = 0; i < SHADES; i++) palette.set(rgbAt(i / (SHADES - 1), theme), 3 * i);
    palettes.set(theme, palette);
  }
  return palette;
}

/** Paints cells onto a canvas of `columns * cellWidth` by `rows * cellHeight`: a dot each at first, then drawn large. */
export function paintHeat(
  canvas: HTMLCanvasElement,
  places: readonly (readonly (number | undefined)[])[],
  cellWidth: number,
  cellHeight: number,
  theme: Theme,
): void {
  const [rows, columns] = [places.length, places[0]?.length ?? 0];
  const context = canvas.getContext('2d');
  if (!context || rows === 0 || columns === 0) return;
  const palette = paletteOf(theme);
  const image = new ImageData(columns, rows);
  for (const [r, row] of places.entries()) {
    for (const [c, place] of row.entries()) {
      if (place === undefined) continue;
      const shade = 3 * Math.round(Math.max(0, Math.min(1, place)) * (SHADES - 1));
      const at = 4 * (r * columns + c);
      image.data[at] = palette[shade]!;
      image.data[at + 1] = palette[shade + 1]!;
      image.data[at + 2] = palette[shade + 2]!;
      image.data[at + 3] = 255;
    }
  }
  const dots = new OffscreenCanvas(columns, rows);
  dots.getContext('2d')!.putImageData(image, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(dots, 0, 0, canvas.width, canvas.height);
  if (cellWidth >= APART_FROM)
    for (let c = 1; c <= columns; c++) context.clearRect(c * cellWidth - 1, 0, 1, canvas.height);
  if (cellHeight >= APART_FROM)
    for (let r = 1; r <= rows; r++) context.clearRect(0, r * cellHeight - 1, canvas.width, 1);
}
