// `npm start`: sets up, then serves the lab. `npm start -- --port 8080 --host 0.0.0.0 --open`
import { parseArgs } from 'node:util';
import { fail, ROOT, setUp } from './setup.mjs';

const USAGE = 'Usage: npm start -- [--port NUMBER] [--host ADDRESS] [--open]';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '5173' },
        host: { type: 'string', default: 'localhost' },
        open: { type: 'boolean', default: false },
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

const { port, host, open } = readOptions();
setUp();
const { createServer } = await import('vite');
const server = await createServer({ root: ROOT, server: { port, host, open } });
await server.listen();
const { local, network } = server.resolvedUrls ?? { local: [], network: [] };
console.log(`\nLopper is at ${[...local, ...network].join(' and ')} (Ctrl+C ends it).`);
