#!/usr/bin/env node
// `lopper`: loads the TypeScript of main.ts, so that nothing has to be built first, and ends with its status.
import { loadModule } from '../../tools/run.mjs';
import { ROOT } from '../../tools/setup.mjs';

// A reader that goes away (`lopper ... | head`) is no error of ours.
process.stdout.on('error', (error) => process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1));

/** A pipe may still hold what was written to it. */
const flushed = (/** @type {NodeJS.WriteStream} */ stream) => new Promise((resolve) => stream.write('', resolve));

const { main } = await loadModule('src/cli/main.ts');
const status = await main(process.argv.slice(2), ROOT);
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(status); // Dawn would keep Node alive
