import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './tools/chromium.mjs';

const PORT = Number(process.env.LOPPER_E2E_PORT ?? 41730);
/** The page from what ships with it, in a browser without WebGPU: such tests wait for nothing to be computed. */
const STILL = /\/(access|beforehand|export|hub|lessons|offline|one-measure|present|shelf|without-webgpu)\.spec\.ts$/;
const PREVIEW = `npx vite preview --strictPort --port ${PORT} --host 127.0.0.1`;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  projects: [
    { name: 'still', testMatch: STILL },
    { name: 'page', testIgnore: STILL },
  ],
  outputDir: 'test-results',
  // A software adapter compiles on one core and computes on all: two pages keep two cores busy. And patience.
  workers: 2,
  timeout: 180_000,
  // What fails once and then passes is listed as flaky: a shared machine was busy at that moment, or a race is to be found.
  retries: 1,
  expect: { timeout: 60_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['list'], ['json']] : [['list']],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    screenshot: 'only-on-failure',
    // What a test puts in a file's place would be passed by; e2e/offline.spec.ts has one of its own.
    serviceWorkers: 'block',
    launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS },
  },
  webServer: {
    // LOPPER_BUILT: the caller has just built the page.
    command: process.env.LOPPER_BUILT ? PREVIEW : `npx vite build && ${PREVIEW}`,
    url: `http://127.0.0.1:${PORT}/`,
    timeout: 180_000,
  },
});
