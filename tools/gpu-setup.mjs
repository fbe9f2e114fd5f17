// Before the GPU tests: names the software driver to Dawn, and ends the run where there is no adapter.
import { spawnSync } from 'node:child_process';
import { gpuEnvironment } from './chromium.mjs';
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
  // SwiftShader even where a card or lavapipe is present: the driver that every machine with Chromium has.
  Object.assign(process.env, gpuEnvironment(process.env.CHROMIUM_PATH));
  const probe = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROBE], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (probe.status !== 0) {
    throw new Error(
      `No WebGPU adapter was found (VK_ICD_FILENAMES is ${process.env.VK_ICD_FILENAMES ?? 'not set'}): install ` +
        `Chromium, whose software driver will do, or a Vulkan driver, and run the tests again. ${probe.stderr.trim()}`,
    );
  }
  console.log(`GPU tests on: ${probe.stdout.trim()}`);
}
