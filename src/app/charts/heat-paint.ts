import { rgbAt } from './scale';

/** Shades of either side of the colour scale: more than can be told apart. */
const SHADES = 256;
/** Cells from this size, in CSS pixels, are set apart by a line. */
const APART_FROM = 7;

/** Made once, the first time it is needed: from the most below zero to the most above, zero in the middle. */
let palette: Uint8ClampedArray | undefined;

function shades(): Uint8ClampedArray {
  if (palette) return palette;
  palette = new Uint8ClampedArray(3 * (2 * SHADES + 1));
  for (let i = -SHADES; i <= SHADES; i++) palette.set(rgbAt(i / SHADES), 3 * (i + SHADES));
  return palette;
}

/** Paints cells onto a canvas of `columns * cellWidth` by `rows * cellHeight`: a dot each at first, then drawn large. */
export function paintHeat(
  canvas: HTMLCanvasElement,
  places: readonly (readonly (number | undefined)[])[],
  cellWidth: number,
  cellHeight: number,
): void {
  const [rows, columns] = [places.length, places[0]?.length ?? 0];
  const context = canvas.getContext('2d');
  if (!context || rows === 0 || columns === 0) return;
  const palette = shades();
  const image = new ImageData(columns, rows);
  for (const [r, row] of places.entries()) {
    for (const [c, place] of row.entries()) {
      if (place === undefined) continue;
      const shade = 3 * (SHADES + Math.round(Math.max(-1, Math.min(1, place)) * SHADES));
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
