/** WebGL's constant for what it draws with. */
const RENDERER = 0x1f01;

/**
 * What WebGL says it draws with, '' where there is none: Firefox tells nothing of a WebGPU adapter, and this of its card
 * ("…, or similar").
 */
export function webglRenderer(): string {
  if (typeof OffscreenCanvas === 'undefined') return '';
  const gl = new OffscreenCanvas(1, 1).getContext('webgl');
  const name = String(gl?.getParameter(RENDERER) ?? '');
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}
