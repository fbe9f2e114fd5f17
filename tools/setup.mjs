// Sets the project up where that is needed: checks Node, installs the dependencies. Uses nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Says what is wrong in one sentence and ends with status 1.
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/**
 * Where `--help` is asked for, says how a tool is used and ends.
 * @param {string} usage
 */
export function helpWhereAsked(usage) {
  if (!process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) return;
  console.log(usage);
  process.exit(0);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Lopper needs Node 20.19 or later and this is ${process.versions.node}: install a newer one from nodejs.org.`);
}

/** @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>} */
const packagesOf = (/** @type {string} */ lockfile) => JSON.parse(readFileSync(lockfile, 'utf8')).packages;

/** npm writes down what it installed, last of all, so that an install cut short does not count. */
function dependenciesInstalled() {
  const written = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(written)) return false;
  const present = packagesOf(written);
  return Object.entries(packagesOf(join(ROOT, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' ||
      // Other platforms' binaries are listed and not installed.
      (wanted.optional && !present[path]) ||
      (present[path]?.version === wanted.version && present[path]?.integrity === wanted.integrity),
  );
}

/** Checks Node, and brings `node_modules` to what package-lock.json says where it differs. Output goes to stderr. */
export function setUp() {
  checkNode();
  if (dependenciesInstalled()) return;
  console.error('Installing the dependencies (npm ci): a minute or two, once.');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=notice'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) fail('Installing the dependencies failed: see what npm said above, mend it, and try again.');
}
