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

/** Versions of Mesa whose lavapipe is too old for us. */
const OLD_MESA = /Mesa (1\d|2[0-3])\./;

/** vitest's `globalSetup`; the forks inherit the environment set here. */
export default function setup() {
  // `npm run check:gpu` tests whatever computes.
  if (process.env.LOPPER_TEST_ADAPTER === 'any') return;
  // Software even where a card is present, for the same numbers everywhere: lavapipe, which takes two thirds of the time,
  // else SwiftShader, which comes with Chromium.
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
    const name = probe.stdout.trim();
    const isOld = OLD_MESA.test(name) && drivers.length > 1;
    if (probe.status === 0 && !isOld) return console.log(`GPU tests on: ${name}`);
    said = probe.stderr.trim();
  }
  throw new Error(
    `No WebGPU adapter was found with ${drivers.join(' or ') || 'the drivers that are here'}: install Chromium, whose ` +
      `software driver will do, or a Vulkan driver, and run the tests again. ${said}`,
  );
}
