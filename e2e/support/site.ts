import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** What a file's content becomes, and `undefined` for one that is not there. */
export type Edition = (path: string, content: () => Promise<string>) => Promise<string | undefined> | undefined;

/** A web server of the built page that can be stopped, started again, and given another edition of some files. */
export class Site {
  edition: Edition = () => undefined;
  #port = 0;
  #server = this.#make();

  #make() {
    return createServer(async (request, response) => {
      const path = normalize(new URL(request.url!, 'http://site').pathname).replace(/\/$/, '/index.html');
      const read = () => readFile(join('dist', path));
      try {
        const edited = this.edition(path, async () => (await read()).toString());
        const content = edited ? await edited : await read();
        if (content === undefined) throw new Error('not there');
        response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(content);
      } catch {
        response.writeHead(404).end();
      }
    });
  }

  async start(): Promise<void> {
    this.#server = this.#make();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
