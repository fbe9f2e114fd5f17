/**
 * What browsers' compilers make of the shaders, which is what drivers are given: Chromium's Tint, as Dawn prints it when it is
 * asked to, and Firefox's naga, as lavapipe is given it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findLavapipe } from '../../../tools/firefox.mjs';
import { KERNELS, SHADERS } from '../testing/every-kernel';
import { keptArrays } from '../testing/spirv';

const ENTRY = /@compute @workgroup_size\([^)]*\)\nfn (\w+)/g;

/** In a process of its own, since what is printed is printed to its output. Nothing is run, so that little is compiled. */
const DUMP = `
  import { readFileSync } from 'node:fs';
  import { create, globals } from 'webgpu';
  Object.assign(globalThis, globals);
  globalThis.gpu = create(['enable-dawn-features=dump_shaders,disable_symbol_renaming']); // kept: its devices die with it
  const adapter = await gpu.requestAdapter();
  const { maxStorageBuffersPerShaderStage } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBuffersPerShaderStage } });
  for (const { code, entries } of JSON.parse(readFileSync(0, 'utf8'))) {
    const module = device.createShaderModule({ code });
    for (const entryPoint of entries) {
      await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } });
    }
  }
  process.exit(0);
`;

/** Each with the entry points of its own: finish_strips, which stands before others, once. */
const files = SHADERS.map(([file, code]) => ({
  code,
  entries: Array.from(code.matchAll(ENTRY), ([, name]) => name).filter((name) =>
    KERNELS.some((k) => k.file === file && k.entry === name),
  ),
}));
const entries = files.flatMap((f) => f.entries);

/** Written out, the end of a product takes minutes to compile; see below for where it may lie. */
const inTheEnd = ['strips', 'lows', 'highs', 'dk', 'dv'];
const ofThreeSums = ['sums', 'block'];
const known = new Set([...inTheEnd, ...ofThreeSums]);

it('Tint leaves no array in function storage but those that are known', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', DUMP], {
    input: JSON.stringify(files),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const printed = stdout + stderr;
  expect(status, printed.slice(-2000)).toBe(0);
  const compiled = printed.match(/OpEntryPoint GLCompute /g) ?? [];
  expect(compiled.length).toBe(entries.length);
  expect(compiled.length).toBeGreaterThan(30);
  const arrays = Array.from(
    printed.matchAll(/%(\w+) = OpVariable %_ptr_Function__arr\w* Function/g),
    ([, name]) => name,
  );
  expect(arrays.map((name) => name!.replace(/_\d+$/, '')).filter((name) => !known.has(name))).toEqual([]);
  expect(arrays.filter((name) => name === 'strips').length).toBe(3); // it is seen where there is one
});

const python = process.env.LOPPER_PYTHON;
const driver = findLavapipe();
const hasNaga = driver && python && spawnSync(python, ['-c', 'import wgpu']).status === 0;
if (!hasNaga) console.log('skipped: naga is not asked; LOPPER_PYTHON names a Python that has wgpu, for lavapipe');
it.skipIf(!hasNaga)('nor does naga; that of a product is read only by the loop at its end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lopper-naga-'));
  const { stdout, stderr, status } = spawnSync(python!, ['tools/judge/naga.py', folder], {
    input: JSON.stringify(files),
    encoding: 'utf8',
    env: { ...process.env, VK_ICD_FILENAMES: driver },
  });
  expect(status, stderr.slice(-2000)).toBe(0);
  const modules = readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return keptArrays(new Uint32Array(new Uint8Array(bytes).buffer));
  });
  rmSync(folder, { recursive: true });
  console.log(`${stdout.trim()}: ${modules.length} modules`);
  const ours = modules.filter((m) => entries.includes(m.entry));
  expect(ours.length).toBe(entries.length);
  const arrays = ours.flatMap((m) => m.arrays.map(({ name }) => name.replace(/_+\d*$/, '')));
  expect(arrays.filter((name) => !known.has(name))).toEqual([]);
  for (const { entry, arrays } of ours.filter((m) => m.entry.startsWith('matmul_'))) {
    const [strips] = arrays;
    expect([entry, arrays.length, strips?.name, strips?.uses]).toEqual([entry, 1, 'strips', 2]);
    expect(strips!.inLoops.slice(0, -1).every((uses) => uses === 0)).toBe(true);
  }
});
