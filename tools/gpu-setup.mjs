// Before the GPU tests: names a software driver to Dawn, and ends the run where there is no adapter.
import { spawnSync } from 'node:child_process';
import { findSoftwareDriver } from './chromium.mjs';
import { findLavapipe } from './firefox.mjs';
import { ROOT } from './setup.mjs';

/** In a process of its own, since Dawn would keep this one from ending. */
const PROBE = `
  import { openDawn } from './src/gpu/dawn';
  const gpu = await openDawn();
  const adapter = await gpu.requestAdapter();
  if (adapter) console.log(adapter.info.description || adapter.info.vendor || 'unnamed');
  process.exit(adapter ? 0 : 1);
`;

/** vitest's `globalSetup`; the forks inherit the environment set here. */
export default function setup() {
  // Software even where a card is present, for the same numbers everywhere: lavapipe, which takes two thirds of the time,
  // else SwiftShader, which comes with Chromium. Old versions of lavapipe have no adapter for us.
  const drivers = process.env.VK_ICD_FILENAMES
    ? [process.env.VK_ICD_FILENAMES]
    : [findLavapipe(), findSoftwareDriver(process.env.CHROMIUM_PATH)].filter((driver) => driver !== undefined);
  let said = '';
  for (const driver of drivers.length > 0 ? drivers : ['']) {
    if (driver) process.env.VK_ICD_FILENAMES = driver;
    const probe = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROBE], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (probe.status === 0) return console.log(`GPU tests on: ${probe.stdout.trim()}`);
    said = probe.stderr.trim();
  }
  throw new Error(
    `No WebGPU adapter was found with ${drivers.join(' or ') || 'the drivers that are here'}: install Chromium, whose ` +
      `software driver will do, or a Vulkan driver, and run the tests again. ${said}`,
  );
}
