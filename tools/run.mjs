// Runs TypeScript of this project in Node through Vite, without a build: `node tools/run.mjs tools/ship-results.ts`.
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, setUp } from './setup.mjs';

/**
 * A module of the project, its imports resolved as in the page (`?raw` among them).
 * @param {string} path below the project's folder
 * @returns {Promise<Record<string, any>>}
 */
export async function loadModule(path) {
  if (!existsSync(join(ROOT, 'node_modules', 'vite'))) setUp();
  const { createServer } = await import('vite');
  const server = await createServer({
    root: ROOT,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  return server.ssrLoadModule(`/${path}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const [path = '', ...args] = process.argv.slice(2);
  try {
    const { main } = await loadModule(relative(ROOT, resolve(path)));
    process.exitCode = await main(args, ROOT);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  process.exit(); // Dawn would keep Node alive
}
