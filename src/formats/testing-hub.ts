/** A local HTTP server with the manners and the bad manners of a model hub, for tests. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface Served {
  body: Uint8Array;
  /** Sent from a second address, to which the first redirects, as hubs do with large files. */
  redirected?: boolean;
  /** That address is on a host of another name. */
  elsewhere?: boolean;
  etag?: string | null;
  /** Of the redirect; `true`: the real SHA-256. */
  linkedEtag?: string | true;
  linkedSize?: number;
  contentType?: string;
  ignoresRanges?: boolean;
  /** Answers with this status, this many times. */
  fails?: { status: number; times: number; retryAfter?: string };
  /** Ends the connection after so many bytes of each answer, this many times. */
  cuts?: { after: number; times: number };
  /** Pause after each 16 KiB. */
  slowMs?: number;
  /** Sends the headers, a few bytes, then nothing more, this many times. */
  stalls?: number;
  gzip?: boolean;
  /** The token that it is given out for: without one 401, for one that is not known too, for "other" 403. */
  token?: string;
  chunked?: boolean;
}

/** Time for the receiver to take what was sent: a broken connection discards what nobody has read. */
const CUT_DELAY_MS = 500;

export interface Asked {
  method?: string;
  path: string;
  range?: string;
}

export interface Shown {
  host: string;
  authorization?: string;
}

/** Starts a hub with these files by path; `asked` grows with each request. */
export async function startHub(files: Record<string, Served>) {
  const asked: Asked[] = [];
  const shown: Shown[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    shown.push({ host: request.headers.host ?? '', authorization: request.headers.authorization });
    respond(files, asked, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    asked,
    /** Of every request, to the second address too: the host that it named, and the token that it showed. */
    shown,
    /** Answers under way. */
    open: () => open.size,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function respond(
  files: Record<string, Served>,
  asked: Asked[],
  { method, url = '/', headers: { range, host = '', authorization } }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = decodeURI(url.split('?')[0]!);
  const direct = path.startsWith('/cdn/');
  const served = files[direct ? path.slice('/cdn'.length) : path];
  // Any page may read, as on a hub; but nothing answers a browser that asks for leave first.
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'ETag, Content-Range, X-Linked-Size, X-Linked-ETag');
  if (!direct) asked.push({ path, ...(range && { range }), ...(method !== 'GET' && { method }) });
  if (!served) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('Entry not found');
  const { body } = served;
  if (served.token && !direct && authorization !== `Bearer ${served.token}`) {
    return void response.writeHead(authorization === 'Bearer other' ? 403 : 401).end('not for you');
  }
  if (served.redirected && !direct) {
    const tag = served.linkedEtag === true ? createHash('sha256').update(body).digest('hex') : served.linkedEtag;
    response.writeHead(302, {
      location: `${served.elsewhere ? `http://${host.replace('127.0.0.1', 'localhost')}` : ''}/cdn${path}?signature=x`,
      ...(tag && { 'x-linked-etag': `"${tag}"` }),
      ...(served.linkedSize !== undefined && { 'x-linked-size': served.linkedSize }),
    });
    return void response.end();
  }
  if (served.fails && served.fails.times-- > 0) {
    const { status, retryAfter } = served.fails;
    return void response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('sorry');
  }

  const from = range && !served.ignoresRanges ? /^bytes=(\d+)-(\d*)$/.exec(range) : null;
  const start = from ? Number(from[1]) : 0;
  if (from && start >= body.length) {
    return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
  }
  const end = from?.[2] ? Math.min(Number(from[2]) + 1, body.length) : body.length;
  const payload = served.gzip ? gzipSync(body) : body.subarray(start, end);
  response.writeHead(from ? 206 : 200, {
    'content-type': served.contentType ?? 'application/octet-stream',
    ...(served.etag !== null && { etag: served.etag ?? '"v1"' }),
    ...(served.gzip && { 'content-encoding': 'gzip' }),
    ...(!served.chunked && { 'content-length': payload.length }),
    ...(from && { 'content-range': `bytes ${start}-${end - 1}/${body.length}` }),
  });
  // A probe for one byte is no download.
  const download = range !== 'bytes=0-0';
  if (download && served.stalls && served.stalls-- > 0) return void response.write(payload.subarray(0, 1000));
  if (download && served.cuts && served.cuts.times-- > 0) {
    response.write(payload.subarray(0, served.cuts.after), () => setTimeout(() => response.destroy(), CUT_DELAY_MS));
    return;
  }
  if (!served.slowMs) return void response.end(payload);
  for (let at = 0; at < payload.length && !response.destroyed; at += 16_384) {
    response.write(payload.subarray(at, at + 16_384));
    await new Promise((resolve) => setTimeout(resolve, served.slowMs));
  }
  response.end();
}
