import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';

let started: ChildProcess | undefined;
afterEach(() => started?.kill());

/** The address that `npm start` prints. */
const start = (...args: string[]) =>
  new Promise<string>((resolve, reject) => {
    started = spawn(process.execPath, ['tools/start.mjs', '--host', '127.0.0.1', '--port', '41799', ...args]);
    let said = '';
    started.stdout!.on('data', (data) => {
      said += data;
      const address = /Lopper is at (\S+)/.exec(said)?.[1];
      if (address) resolve(address);
    });
    started.on('exit', () => reject(new Error(said)));
  });

test('the built page is served with its policy, packed, and kept where it cannot change', async () => {
  const address = await start();
  const page = await fetch(address);
  const html = await page.text();
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(html).toContain('wasm-unsafe-eval');
  const names = [...html.matchAll(/src="([^"]+\.js)"/g)].map(([, name]) => name!);
  const scripts = await Promise.all(names.map((name) => fetch(new URL(name, address))));
  for (const { headers } of scripts) expect(headers.get('cache-control')).toContain('immutable');
  // What is a few hundred bytes long is not worth packing.
  const texts = await Promise.all(scripts.map((script) => script.text()));
  const long = scripts.filter((_, i) => texts[i]!.length > 2000);
  expect(long.length).toBeGreaterThan(0);
  for (const { headers } of long) expect(headers.get('content-encoding')).toBe('gzip');
  expect((await fetch(new URL('models/none/config.json', address))).status).toBe(404);
  // Built for its users whatever NODE_ENV says, which here is `test`: the service worker knows what to keep.
  expect(await (await fetch(new URL('service-worker.js', address))).text()).toMatch(/url:.index\.html/);
});
