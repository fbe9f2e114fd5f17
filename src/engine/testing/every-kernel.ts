/** Every kernel there is, found where they are described. */
import type { Kernel } from '../../gpu/kernel';

const modules = import.meta.glob<Record<string, unknown>>(['../kernels/*.ts', '!../kernels/*.test.ts'], {
  eager: true,
});

export const KERNELS: readonly Kernel[] = Object.values(modules)
  .flatMap((module) => Object.values(module).flatMap(kernelsIn))
  .sort((a, b) => a.entry.localeCompare(b.entry));

/** Shaders as they are compiled: the text of each file that has kernels, with what stands before it. */
export const SHADERS: readonly (readonly [file: string, code: string])[] = [
  ...new Map(KERNELS.map(({ file, code }) => [file, code])),
];

function isKernel(value: unknown): value is Kernel {
  return typeof value === 'object' && value !== null && 'entry' in value && 'parameters' in value;
}

/** An export that is a kernel, or a table of them. */
function kernelsIn(value: unknown): Kernel[] {
  if (isKernel(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).filter(isKernel) : [];
}
