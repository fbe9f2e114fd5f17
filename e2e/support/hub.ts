import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** What may go wrong with a file. `cut` happens once and is over; the others last until they are lifted. */
export type Fault =
  /** The connection ends after half of the bytes asked for. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'missing' }
  /** 200 and a page in place of the file, as a captive portal or a careless server answers. */
  | { readonly kind: 'html' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Ranges are ignored: always 200 and the whole file. */
  | { readonly kind: 'no-ranges' }
  /** Other bytes, and another ETag, than before. */
  | { readonly kind: 'changed' };

export interface Hub {
  /** Without a slash at the end, as one would type it in the page's host field. */
  readonly url: string;
  /** Every request for a file's bytes so far, in order. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly range?: string }[];
  /** Where a token was shown: whether to the hub itself, or to the other host on which its large files lie. */
  readonly shown: readonly { readonly to: 'hub' | 'storage'; readonly token?: string }[];
  /** From now on files are given out for this token alone. */
  ask(token: string): void;
  /** Puts a fault on a file of any repository ("model.safetensors"), or lifts it. */
  fault(file: string, fault: Fault | undefined): void;
  close(): Promise<void>;
}

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'ETag, Accept-Ranges, Content-Range, Content-Length, X-Repo-Commit, X-Linked-Size, X-Linked-ETag',
};
const PREFLIGHT = {
  ...CORS,
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'Range, If-Range, If-None-Match, Authorization',
  'Access-Control-Max-Age': '0',
};

/** Files of this many bytes or more come by a redirect, as a hub sends its large files from another place. */
const REDIRECTED_FROM_BYTES = 16_384;
const SLICES_PER_SECOND = 20;

/**
 * A model hub on this machine, on a port of its own: each folder is served at
 * `/{repo}/resolve/{revision}/{file}`, whatever the revision, with ranges, ETags, redirects and CORS.
 * @param repos e.g. `{ 'someone/stories260K': '../shared/data/models/stories260K' }`
 */
export async function startHub(repos: Readonly<Record<string, string>>): Promise<Hub> {
  const requests: { method: string; path: string; range?: string }[] = [];
  const faults = new Map<string, Fault>();
  const shown: { to: 'hub' | 'storage'; token?: string }[] = [];
  let wanted: string | undefined;
  /** The same server by another name, as a page sees it. */
  const storage = () => `http://localhost:${(server.address() as AddressInfo).port}`;

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname);
    if (request.method === 'OPTIONS') return void response.writeHead(204, PREFLIGHT).end();
    const token = request.headers.authorization?.replace('Bearer ', '');
    shown.push({ to: request.headers.host?.startsWith('localhost') ? 'storage' : 'hub', ...(token && { token }) });
    const listed = /^\/api\/models\/(?<repo>.+)\/(?<what>refs|tree\/[^/]+)$/.exec(path)?.groups;
    if (listed && repos[listed.repo!]) return list(response, repos[listed.repo!]!, listed.what!);
    const asked = /^\/(?<stored>stored\/)?(?<repo>.+)\/resolve\/(?<revision>[^/]+)\/(?<file>.+)$/.exec(path)?.groups;
    const file = asked && fileOf(repos, asked.repo!, asked.file!);
    const fault = faults.get(asked?.file ?? '');
    if (!file || fault?.kind === 'missing') return refuse(response, 404, 'Entry not found');
    if (!asked.stored && wanted && token !== wanted) return refuse(response, 401, 'Invalid credentials');
    if (!asked.stored && statSync(file).size >= REDIRECTED_FROM_BYTES) {
      const headers = {
        ...CORS,
        Location: `${wanted ? storage() : ''}/stored${path}`,
        'X-Linked-Size': statSync(file).size,
      };
      return void response.writeHead(302, headers).end();
    }
    requests.push({
      method: request.method ?? 'GET',
      path: path.replace(/^\/stored/, ''),
      range: request.headers.range,
    });
    if (fault?.kind === 'cut') faults.delete(asked.file!);
    await send(request, response, file, fault);
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    shown,
    ask: (token) => {
      wanted = token;
    },
    fault: (file, fault) => void (fault ? faults.set(file, fault) : faults.delete(file)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The branches of a repository, or its files with their sizes, as a hub's interface tells them. */
function list(response: ServerResponse, folder: string, what: string): void {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const told =
    what === 'refs'
      ? { branches: [{ name: 'main' }, { name: 'second' }], tags: [{ name: 'v1' }] }
      : files.map(({ name }) => ({ type: 'file', path: name, size: statSync(join(folder, name)).size }));
  response.writeHead(200, { ...CORS, 'Content-Type': 'application/json' }).end(JSON.stringify(told));
}

/** The path of a repository's file on disk, unless there is none or it lies outside the folder. */
function fileOf(repos: Readonly<Record<string, string>>, repo: string, file: string): string | undefined {
  const folder = repos[repo];
  if (!folder || normalize(file).startsWith('..')) return undefined;
  const path = join(folder, file);
  return existsSync(path) && statSync(path).isFile() ? path : undefined;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...CORS, 'Content-Type': 'text/plain' }).end(text);
}

async function send(request: IncomingMessage, response: ServerResponse, file: string, fault: Fault | undefined) {
  if (fault?.kind === 'html') {
    const page = '<!doctype html><html><body><h1>Please sign in to this network</h1></body></html>';
    return void response.writeHead(200, { ...CORS, 'Content-Type': 'text/html; charset=utf-8' }).end(page);
  }
  const bytes = readFileSync(file);
  if (fault?.kind === 'changed') bytes[bytes.length - 1]! ^= 0xff;
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  const headers: Record<string, string | number> = {
    ...CORS,
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
  };

  let [start, end] = [0, bytes.length];
  const unchanged = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = unchanged && fault?.kind !== 'no-ranges' && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (range) {
    start = Number(range[1]);
    end = range[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
    if (start >= end)
      return void response.writeHead(416, { ...headers, 'Content-Range': `bytes */${bytes.length}` }).end();
    headers['Content-Range'] = `bytes ${start}-${end - 1}/${bytes.length}`;
  }
  response.writeHead(range ? 206 : 200, { ...headers, 'Content-Length': end - start });
  if (request.method === 'HEAD') return void response.end();

  if (fault?.kind === 'slow') await trickle(response, bytes.subarray(start, end), fault.bytesPerSecond);
  else if (fault?.kind === 'cut') {
    const half = bytes.subarray(start, start + ((end - start) >> 1));
    response.write(half, () => setTimeout(() => response.destroy(), 50));
  } else response.end(bytes.subarray(start, end));
}

/** Sends bytes at a given rate, until the other side has gone. */
async function trickle(response: ServerResponse, bytes: Uint8Array, bytesPerSecond: number): Promise<void> {
  const slice = Math.max(1, Math.round(bytesPerSecond / SLICES_PER_SECOND));
  for (let at = 0; at < bytes.length && !response.destroyed; at += slice) {
    response.write(bytes.subarray(at, at + slice));
    await new Promise((resolve) => setTimeout(resolve, 1000 / SLICES_PER_SECOND));
  }
  response.end();
}
