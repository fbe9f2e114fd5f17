const sources: Readonly<Record<string, string>> = import.meta.glob('../../shaders/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Names the kernels as they are written: eight hex digits (FNV-1a of every shader), another for any change in one. */
export const KERNEL_STAMP = stampOf(Object.values(sources).join('\n'));

function stampOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
