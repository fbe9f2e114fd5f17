// Runs TypeScript of this project in Node: `node tools/run.mjs tools/ship-results.ts`. Vite puts it together into one file,
// once; until one of its sources changes it starts from that file, in a tenth of the time.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, setUp } from './setup.mjs';

/** Beside the packages, which it finds as the sources would. */
const KEPT = join(ROOT, 'node_modules', '.cache', 'lopper');

/**
 * A module of the project, its imports resolved as in the page (`?raw` among them).
 * @param {string} path below the project's folder
 * @returns {Promise<Record<string, any>>}
 */
export async function loadModule(path) {
  const file = join(KEPT, `${path.replace(/[^\w.-]+/g, '-')}.mjs`);
  if (!isFresh(file)) await bundle(path, file);
  return import(pathToFileURL(file).href);
}

/** What a source was when it was read. @param {string} source below the project's folder */
function stamp(source) {
  const { mtimeMs, size } = statSync(join(ROOT, source));
  return `${mtimeMs} ${size}`;
}

/** Whether a file is here, and of sources that are still as they were: its first line says which. @param {string} file */
function isFresh(file) {
  try {
    const [first = ''] = readFileSync(file, 'utf8').split('\n', 1);
    /** @type {[source: string, stamp: string][]} */
    const sources = JSON.parse(first.slice('// '.length));
    return sources.every(([source, before]) => stamp(source) === before);
  } catch {
    return false; // not here yet, or a source is gone
  }
}

/**
 * @param {string} path
 * @param {string} file
 */
async function bundle(path, file) {
  if (!existsSync(join(ROOT, 'node_modules', 'vite'))) setUp();
  const { build } = await import('vite');
  const began = Date.now();
  const built = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: path,
      write: false,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  if (!('output' in built)) throw new Error(`${path} became more than one program.`);
  const [{ code, moduleIds }] = built.output;
  const sources = [
    'tools/run.mjs',
    'package-lock.json',
    ...moduleIds.map((id) => relative(ROOT, id.replace(/\?.*$/, ''))),
  ];
  const stamps = sources
    .filter((source) => existsSync(join(ROOT, source)))
    // Changed while it was read: good for this once.
    .map((source) => [source, statSync(join(ROOT, source)).mtimeMs < began ? stamp(source) : '']);
  // Whole or not at all: another may start at this moment.
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, `// ${JSON.stringify(stamps)}\n${code}`);
  renameSync(mine, file);
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
