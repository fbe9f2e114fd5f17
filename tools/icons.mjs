// Draws public/icons/*.png from public/favicon.svg: `node tools/icons.mjs`, after a change of the drawing.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from './chromium.mjs';
import { ROOT } from './setup.mjs';

const GROUND = '#1f2340';
/** A mask may cut away all but the circle in the middle, four fifths as wide as the picture. */
const INSIDE_MASK = 0.85;

/** @type {[name: string, size: number, scale: number][]} */
const ICONS = [
  ['192', 192, 1],
  ['512', 512, 1],
  ['512-maskable', 512, INSIDE_MASK],
  ['apple', 180, INSIDE_MASK],
];

const drawing = readFileSync(join(ROOT, 'public', 'favicon.svg'), 'utf8');
const folder = join(ROOT, 'public', 'icons');
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: findChromium() });
const page = await browser.newPage();
for (const [name, size, scale] of ICONS) {
  const whole = scale < 1;
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html { background: ${whole ? GROUND : 'transparent'} } body { margin: 0 }
     svg { display: block; width: ${size}px; transform: scale(${scale}) }</style>${drawing}`,
  );
  await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: !whole });
}
await browser.close();
