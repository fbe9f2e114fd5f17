/** A chart on the screen as a picture by itself: whatever was drawn, in colours that need no style sheet. */

const SVG = 'http://www.w3.org/2000/svg';
const PADDING = 16;
const TITLE_SIZE = 15;
const CAPTION_SIZE = 11;
const CAPTION_LINE = 15;

/** What is copied from computed styles; a picture by itself has no sheet to take them from. */
const INHERITED = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-opacity', 'stroke-width', 'stroke-dasharray', 'stroke-linecap'],
  ...['stroke-linejoin', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline', 'visibility'],
];
const OWN = [
  ['opacity', '1'],
  ['display', 'inline'],
] as const;

export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Title, chart and caption lines as one SVG on the theme's own ground. `chart` has to be on the screen. */
export function drawPicture(chart: HTMLElement, title: string, captions: readonly string[]): Picture {
  const frame = chart.getBoundingClientRect();
  const { color, fontFamily } = getComputedStyle(chart);
  const width = Math.ceil(frame.width) + 2 * PADDING;
  const top = PADDING + TITLE_SIZE + 12;
  const lines = captions.flatMap((caption) => wrap(caption, width - 2 * PADDING, `${CAPTION_SIZE}px ${fontFamily}`));
  const height = top + Math.ceil(frame.height) + 10 + lines.length * CAPTION_LINE + PADDING;

  const root = element('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
  root.setAttribute('xmlns', SVG);
  root.append(element('rect', { width, height, ...paint('fill', groundOf(chart)) }));
  const words = (text: string, y: number, size: number, weight: number) => {
    const style = { 'font-family': fontFamily, 'font-size': size, 'font-weight': weight, ...paint('fill', color) };
    const line = element('text', { x: PADDING, y, ...style });
    line.textContent = text;
    root.append(line);
  };
  words(title, PADDING + TITLE_SIZE - 2, TITLE_SIZE, 600);
  const group = element('g', { transform: `translate(${PADDING - frame.left} ${top - frame.top})` });
  draw(chart, group);
  root.append(group);
  const below = top + Math.ceil(frame.height) + 10 + CAPTION_SIZE;
  for (const [i, line] of lines.entries()) words(line, below + i * CAPTION_LINE, CAPTION_SIZE, 400);
  return { svg: new XMLSerializer().serializeToString(root), width, height };
}

/** The picture as a PNG, `scale` dots to a CSS pixel. */
export async function toPng({ svg, width, height }: Picture, scale = 2): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(width * scale, height * scale);
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/png' });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Draws an element of the page and what is in it, at its place on the screen. */
function draw(from: Element, into: Element): void {
  const style = getComputedStyle(from);
  if (style.display === 'none' || style.visibility === 'hidden' || from.classList.contains('visually-hidden')) return;
  const { left: x, top: y, width, height } = from.getBoundingClientRect();
  if (from instanceof SVGSVGElement) {
    const copy = concrete(from);
    for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, String(value));
    if (!copy.hasAttribute('viewBox')) copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
    into.append(copy);
    return;
  }
  if (from instanceof HTMLCanvasElement) {
    into.append(element('image', { x, y, width, height, href: from.toDataURL() }));
    return;
  }
  const ground = paint('fill', style.backgroundColor);
  if (ground['fill-opacity'] !== 0) into.append(element('rect', { x, y, width, height, ...ground }));
  // What can be scrolled is drawn as far as it is seen.
  const scrolled = from.scrollWidth > from.clientWidth + 1 && style.overflowX !== 'visible';
  const own = scrolled ? element('svg', { x, y, width, height, viewBox: `${x} ${y} ${width} ${height}` }) : into;
  if (scrolled) into.append(own);
  for (const child of from.childNodes) {
    if (child instanceof Element) draw(child, own);
    else if (child instanceof Text) drawText(child, style, own);
  }
}

/** A text node line by line: a word begins a line where it stands lower than the one before. */
function drawText(node: Text, style: CSSStyleDeclaration, into: Element): void {
  const lines: { words: string; rect: DOMRect }[] = [];
  const range = document.createRange();
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const rect = range.getBoundingClientRect();
    const last = lines.at(-1);
    if (last && Math.abs(last.rect.top - rect.top) < rect.height / 2) last.words += ` ${word}`;
    else if (rect.width > 0) lines.push({ words: word, rect });
  }
  for (const { words, rect } of lines) {
    const text = element('text', {
      x: rect.left,
      y: rect.top + rect.height / 2,
      'dominant-baseline': 'central',
      'font-family': style.fontFamily,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
      ...paint('fill', style.color),
    });
    text.textContent = words;
    into.append(text);
  }
}

/** A copy of SVG elements with their computed styles as attributes: those that differ from `above`, which they inherit. */
function concrete(from: SVGElement, above?: CSSStyleDeclaration): SVGElement {
  const copy = from.cloneNode(false) as SVGElement;
  const style = getComputedStyle(from);
  for (const name of ['class', 'style', 'tabindex', ...INHERITED, 'opacity', 'display']) copy.removeAttribute(name);
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value !== above?.getPropertyValue(name)) copy.setAttribute(name, value);
  }
  for (const [name, usual] of OWN) {
    const value = style.getPropertyValue(name);
    if (value !== usual) copy.setAttribute(name, value);
  }
  for (const name of ['fill', 'stroke'] as const) {
    const value = copy.getAttribute(name);
    if (!value || value === 'none' || value.startsWith('url(')) continue;
    const { [name]: colour, [`${name}-opacity`]: alpha } = paint(name, value);
    copy.setAttribute(name, String(colour));
    copy.setAttribute(`${name}-opacity`, String(Number(style.getPropertyValue(`${name}-opacity`)) * Number(alpha)));
  }
  for (const child of from.childNodes) {
    if (child instanceof SVGElement) copy.append(concrete(child, style));
    else if (child instanceof Text) copy.append(child.data);
  }
  return copy;
}

const paints = new Map<string, readonly [colour: string, alpha: number]>();

/** A colour in any notation as the two attributes every viewer of SVG knows: it is painted, and its dot read. */
function paint(name: 'fill' | 'stroke', colour: string): Record<string, string | number> {
  let known = paints.get(colour);
  if (!known) {
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    known = [`#${[r, g, b].map((x) => x!.toString(16).padStart(2, '0')).join('')}`, a! / 255];
    paints.set(colour, known);
  }
  return { [name]: known[0], [`${name}-opacity`]: known[1] };
}

/** The first ground that is not see-through under an element. */
function groundOf(from: Element | null): string {
  for (let at = from; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (paint('fill', backgroundColor)['fill-opacity'] === 1) return backgroundColor;
  }
  return 'white';
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** A text in lines no wider than `width`. */
function wrap(text: string, width: number, font: string): string[] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.font = font;
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
