// `npm start`: sets up, builds the page and serves it as any web server would, for one person or a class.
// `npm start -- --port 8080 --host 0.0.0.0 --open`; `npm run dev` serves the sources, for working on them.
import { parseArgs } from 'node:util';
import { fail, helpWhereAsked, ROOT, setUp } from './setup.mjs';

const USAGE = 'Usage: npm start -- [--port NUMBER] [--host ADDRESS] [--open], or npm run dev -- with the same.';
helpWhereAsked(USAGE);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '5173' },
        host: { type: 'string', default: 'localhost' },
        open: { type: 'boolean', default: false },
        dev: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error(`--port ${values.port} is no port number.`);
    return { ...values, port };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

const { port, host, open, dev } = readOptions();
setUp();
const { build, createServer, preview } = await import('vite');

async function serveSources() {
  const server = await createServer({ root: ROOT, server: { port, host, open } });
  return server.listen();
}

async function serveBuilt() {
  await build({ root: ROOT, logLevel: 'warn' });
  return preview({ root: ROOT, preview: { port, host, open } });
}

const server = await (dev ? serveSources() : serveBuilt());
const { local, network } = server.resolvedUrls ?? { local: [], network: [] };
console.log(`\nLopper is at ${[...local, ...network].join(' and ')} (Ctrl+C ends it).`);
