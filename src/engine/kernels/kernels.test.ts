import { describe, expect, it } from 'vitest';
import { PARAMETER_BYTES } from '../../gpu/kernel';
import { KERNELS } from '../testing/every-kernel';

/** The shader without its comments. */
const plain = (code: string) => code.replaceAll(/\/\/.*$/gm, '');

/** What is declared between the braces of a struct: field, type. */
function structOf(code: string, name: string): [string, string][] {
  const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(plain(code))?.[1] ?? '';
  return Array.from(body.matchAll(/(\w+): ([^;\n]+),\s*$/gm), ([, field, type]) => [field, type]);
}

/** The text of an entry point and of every function that it calls. */
function reached(code: string, entry: string): string {
  const functions = new Map(
    plain(code)
      .split(/^(?=fn |@compute)/m)
      .map((text) => [/fn (\w+)/.exec(text)?.[1] ?? '', text.slice(0, text.indexOf('\n}'))] as const),
  );
  const seen = new Set<string>();
  const visit = (name: string): string => {
    if (seen.has(name)) return '';
    seen.add(name);
    const text = functions.get(name)!;
    return (
      text + Array.from(functions.keys(), (f) => (f && new RegExp(`\\b${f}\\(`).test(text) ? visit(f) : '')).join('')
    );
  };
  return visit(entry);
}

it('every shader file is a kernel’s, or stands before one', () => {
  const files = import.meta.glob('../../../shaders/*.wgsl', { query: '?raw', import: 'default', eager: true });
  const idle = Object.entries(files).filter(([, code]) => !KERNELS.some((k) => k.code.includes(String(code))));
  expect(idle).toEqual([]);
  const names = Object.keys(files).map((file) => file.split('/').at(-1));
  expect(KERNELS.filter((k) => !names.includes(k.file))).toEqual([]);
});

it('no workgroup has two dimensions', () => {
  const files = import.meta.glob('../../../shaders/*.wgsl', { query: '?raw', import: 'default', eager: true });
  const sizes = Object.values(files).flatMap((code) =>
    Array.from(String(code).matchAll(/@workgroup_size\(([^)]*)\)/g), ([, size]) => size),
  );
  expect(sizes.length).toBeGreaterThan(30);
  expect(sizes.filter((size) => !/^(\d+|THREADS)$/.test(size))).toEqual([]);
});

describe.each(KERNELS.map((k) => [k.entry, k] as const))('%s is described as its shader has it', (_, kernel) => {
  const { code, entry, parameters, bindings, constants } = kernel;
  const text = reached(code, entry);

  it('parameters: the same fields in the same order, of the same types', () => {
    const declared = structOf(code, parameters.struct);
    const described = Object.entries(parameters.fields).map(([name, field]) => [
      name,
      typeof field === 'string' ? field : `array<vec4u, ${field[0] / 4}>`,
    ]);
    expect(described).toEqual(declared);
    expect(parameters.bytes).toBeLessThanOrEqual(PARAMETER_BYTES);
    const variable = new RegExp(`@binding\\(0\\) var<uniform> (\\w+): ${parameters.struct};`).exec(plain(code))?.[1];
    expect(text).toMatch(new RegExp(`\\b${variable}\\.`));
  });

  it('bindings: every buffer that it touches, by name, number and access', () => {
    const declared = Array.from(
      plain(code).matchAll(/@group\(0\) @binding\((\d+)\) var<storage, (read|read_write)> (\w+)/g),
      ([, binding, access, name]) => ({ name, binding: Number(binding), access: access === 'read' ? 'read' : 'write' }),
    );
    const used = declared.filter(({ name }) => new RegExp(`(?<![.\\w])${name}\\b`).test(text));
    expect(Object.entries(bindings).map(([name, b]) => ({ name, ...b }))).toEqual(used);
  });

  it('constants: every override that it reads', () => {
    const declared = Array.from(plain(code).matchAll(/^override (\w+)/gm), ([, name]) => name);
    const shared = Array.from(plain(code).matchAll(/^var<workgroup> (\w+): (.*);/gm), ([, name, type]) =>
      new RegExp(`\\b${name}\\b`).test(text) ? type : '',
    ).join(' ');
    const read = declared.filter((name) => new RegExp(`\\b${name}\\b`).test(text + shared));
    expect([...constants].sort()).toEqual(read.sort());
  });
});
