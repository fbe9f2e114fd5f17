// Finds a Chromium that can do WebGPU, and the Vulkan driver in software (SwiftShader) that comes with it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** WebGPU on the processor, in full Chromium (the headless shell has none). Playwright adds `--headless` itself. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

const WHAT_TO_DO =
  'No Chromium was found: install Chromium or Google Chrome (on Debian or Ubuntu: `apt-get install chromium`; ' +
  'anywhere: `npx playwright install chromium`), or name one with CHROMIUM_PATH.';

/** Where the shell would find a program. */
export const onPath = (/** @type {string} */ name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

function installedBySystem() {
  if (process.platform === 'darwin') {
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ].find((file) => existsSync(file));
  }
  if (process.platform === 'win32') {
    return ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']
      .flatMap((name) => process.env[name] ?? [])
      .flatMap((folder) => [
        join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        join(folder, 'Chromium', 'Application', 'chrome.exe'),
      ])
      .find((file) => existsSync(file));
  }
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const file = onPath(name);
    if (file) return file;
  }
  return undefined;
}

/** Playwright's full Chromium; its address is known before it is installed. */
function playwrightsOwn() {
  try {
    const { chromium } = createRequire(import.meta.url)('playwright');
    const file = chromium.executablePath();
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** An install that has not ended by then (a network that swallows everything) is given up. */
const INSTALL_MS = 300_000;

const runs = (/** @type {string} */ command, /** @type {string[]} */ args) =>
  spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: INSTALL_MS }).status === 0;

function installPlaywrights() {
  console.error('No Chromium here: asking Playwright for its own.');
  const cli = fileURLToPath(new URL('../node_modules/playwright/cli.js', import.meta.url));
  return runs(process.execPath, [cli, 'install', '--no-shell', 'chromium']) ? playwrightsOwn() : undefined;
}

/** Installs a package on Debian, for root. True where that went well. */
export function debianInstalls(/** @type {string} */ name, /** @type {string | undefined} */ release = undefined) {
  if (!onPath('apt-get') || process.getuid?.() !== 0) return false;
  console.error(`No ${name} here: installing it with apt-get.`);
  const seen = release ? alsoFrom(release) : [];
  runs('apt-get', ['update', ...seen]);
  return runs('apt-get', [
    ...['install', '-y', '--no-install-recommends', ...seen],
    ...(release ? ['-t', release] : []),
    name,
  ]);
}

/** Options by which apt-get sees one more release of Debian, this once: the machine's own sources stay as they are. */
function alsoFrom(/** @type {string} */ release) {
  const [own, parts] = ['/etc/apt/sources.list.d', mkdtempSync(join(tmpdir(), 'lopper-apt-'))];
  if (existsSync(own)) cpSync(own, parts, { recursive: true });
  writeFileSync(join(parts, 'lopper.list'), `deb http://deb.debian.org/debian ${release} main\n`);
  return ['-o', `Dir::Etc::SourceParts=${parts}`];
}

/** A binary whose libraries are missing exists and still cannot start (Playwright's, on a bare machine). */
function starts(/** @type {string | undefined} */ file) {
  if (!file || process.platform !== 'linux') return file;
  try {
    execFileSync(file, ['--version'], { stdio: 'ignore', timeout: 30_000 });
    return file;
  } catch {
    return undefined;
  }
}

/**
 * The path of a Chromium with WebGPU: `CHROMIUM_PATH`, else the system's, else Playwright's own; with `install`, else
 * one installed now. Throws one sentence that says what to install.
 * @param {{ install?: boolean }} [options]
 * @returns {string}
 */
export function findChromium({ install = false } = {}) {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, where there is no file: correct it or unset it.`);
  }
  const found =
    starts(installedBySystem()) ??
    starts(playwrightsOwn()) ??
    (install
      ? (starts(installPlaywrights()) ?? starts(debianInstalls('chromium') ? installedBySystem() : undefined))
      : undefined);
  if (!found) throw new Error(WHAT_TO_DO);
  return found;
}

/**
 * The description of SwiftShader's Vulkan driver that lies beside Chromium's binary, or undefined.
 * @param {string} [chromium] path of the browser, where known
 * @returns {string | undefined}
 */
export function findSoftwareDriver(chromium) {
  if (process.platform !== 'linux') return undefined;
  const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  if (chromium && existsSync(chromium)) folders.unshift(dirname(realpathSync(chromium)));
  const own = playwrightsOwn();
  if (own) folders.push(dirname(own));
  return folders
    .filter((folder) => existsSync(folder) && readdirSync(folder).includes('vk_swiftshader_icd.json'))
    .map((folder) => join(folder, 'vk_swiftshader_icd.json'))[0];
}
