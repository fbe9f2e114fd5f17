/** WebGL's constant for what it draws with. */
const RENDERER = 0x1f01;

/**
 * What to call an adapter that tells nothing of itself, as in Firefox: what WebGL says it draws with ("NVIDIA GeForce GTX
 * 980, or similar"), else which browser keeps its name to itself; '' where neither is known.
 */
export function untoldName(userAgent = globalThis.navigator?.userAgent ?? ''): string {
  const browser = /\bFirefox\/\d+/.exec(userAgent)?.[0].replace('/', ' ');
  return webglRenderer() || (browser ? `the adapter of ${browser}` : '');
}

function webglRenderer(): string {
  if (typeof OffscreenCanvas === 'undefined') return '';
  const gl = new OffscreenCanvas(1, 1).getContext('webgl');
  const name = String(gl?.getParameter(RENDERER) ?? '');
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}
