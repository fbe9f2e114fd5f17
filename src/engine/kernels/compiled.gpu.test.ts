/** What Tint makes of the shaders, as Dawn prints it when it is asked to: what drivers are given to compile. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const shaders = import.meta.glob<string>('../../../shaders/*.wgsl', { query: '?raw', import: 'default', eager: true });

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

it('no array is left in function storage but those that are known', () => {
  const files = Object.values(shaders).map((code) => ({
    code,
    entries: Array.from(code.matchAll(ENTRY), ([, name]) => name),
  }));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', DUMP], {
    input: JSON.stringify(files),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const printed = stdout + stderr;
  expect(status, printed.slice(-2000)).toBe(0);
  const compiled = printed.match(/OpEntryPoint GLCompute /g) ?? [];
  expect(compiled.length).toBe(files.flatMap((f) => f.entries).length);
  expect(compiled.length).toBeGreaterThan(30);
  const arrays = Array.from(
    printed.matchAll(/%(\w+) = OpVariable %_ptr_Function__arr\w* Function/g),
    ([, name]) => name,
  );
  const inTheEnd = ['strips', 'lows', 'highs', 'dk', 'dv'];
  const ofThreeSums = ['sums', 'block'];
  // Of transposed_workgroup: written out it takes lavapipe minutes to compile, and no card has said that it is worth it.
  const sumsGoingBack = ['left', 'right'];
  const known = new Set([...inTheEnd, ...ofThreeSums, ...sumsGoingBack, 'table']);
  expect(arrays.map((name) => name!.replace(/_\d+$/, '')).filter((name) => !known.has(name))).toEqual([]);
  expect(arrays.filter((name) => name === 'strips').length).toBe(2); // it is seen where there is one
});
