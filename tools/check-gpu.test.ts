import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('says where nothing computes what is missing and what to do, as doctor does, and ends with status 1', () => {
  // A driver that is not there: on no machine is there an adapter then.
  const driver = '/no/such/driver.json';
  const env = { ...process.env, VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver, LOPPER_ADAPTER: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/run.mjs', 'tools/check-gpu.ts'], {
    env,
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/LopperError|\.(ts|mjs):\d/);
  expect(stdout).toMatch(/^Lopper +\d+\.\d+\.\d+, Node v/);
  expect(stdout).toMatch(/^adapter +none that computes: WebGPU is here, but it found no adapter\.$/m);
  expect(stdout.match(/^to do .*/gm)).toEqual([expect.stringContaining('/no/such/driver.json')]);
  expect(status).toBe(1);
}, 120_000);
