import type { LopperError } from '../errors';
import type { ByteProgress } from './bytes';
import type { Part, PartRecord } from './cache';
import { notTheFile, refuseImpostor, SNIFF_BYTES, WEB_PAGE } from './sniff';

export interface DownloadRequest {
  readonly url: string;
  /** Under which the file is kept. */
  readonly key: string;
  /** The file's name, for people. */
  readonly file: string;
  /** What is known of it beforehand, whatever the server says. */
  readonly expected?: { readonly bytes?: number; readonly sha256?: string };
  /** The error for an answer other than the file: 404, 401, ... */
  readonly refused: (status: number) => LopperError;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: ByteProgress) => void;
  readonly fetch?: typeof fetch;
  /** Wait after the first failed attempt; doubled after each that brings no byte. */
  readonly backoffMs?: number;
  /** A server that sends nothing for this long is asked again. */
  readonly stallMs?: number;
  /** Attempts in a row that bring nothing new before giving up. */
  readonly attempts?: number;
  /** The HTTP cache's part; none by default, since what is downloaded is kept here. */
  readonly httpCache?: RequestCache;
}

export const STALL_MS = 60_000;
const PROGRESS_MS = 50;

/** An attempt ended early; the next one goes on from what is there, not before `waitMs` where the server asks for that. */
export class Interrupted extends Error {
  constructor(
    message: string,
    readonly waitMs = 0,
  ) {
    super(message);
  }
}
/** What is there cannot be continued; the next attempt starts from nothing. */
export class Unusable extends Error {}

/** One request. Returns when the body came to its end and the size is right; throws otherwise. */
export async function transfer(request: DownloadRequest, part: Part, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, stallMs = STALL_MS } = options;
  const control = new AbortController();
  const abort = () => control.abort();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(abort, stallMs);
  };
  try {
    alive();
    const have = await resumable(part);
    // No If-Range: it would make browsers ask the server for leave first. The answer's validator is compared instead.
    const response = await (options.fetch ?? fetch)(request.url, {
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
      signal: control.signal,
      cache: options.httpCache ?? 'no-store',
    });
    const { at, total } = await settle(response, request, part, have);
    if (!response.body) throw new Interrupted('the answer has no body');
    await receive(response.body, request, part, at, total, { alive, onProgress });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    control.abort();
  }
}

/** Bytes that may be continued: only of a file that can be told from a newer one. */
async function resumable(part: Part): Promise<number> {
  return (await part.record())?.validator === undefined ? 0 : part.size();
}

/** Decides from the answer's status and headers where the body belongs. */
async function settle(
  response: Response,
  request: DownloadRequest,
  part: Part,
  have: number,
): Promise<{ at: number; total: number | undefined }> {
  const { status, headers } = response;
  const record = await part.record();
  if (status === 416) {
    throw new Unusable(
      `the server has no more than ${have} bytes${record?.total ? ` of the ${record.total} it promised` : ''}`,
    );
  }
  const passing = passingTrouble(response, request);
  if (passing) throw passing;
  if (status !== 200 && status !== 206) throw request.refused(status);
  if (/^text\/html\b/i.test(headers.get('content-type') ?? '')) throw notTheFile(request.file, WEB_PAGE);
  const offer = offerOf(response);
  if (status === 200) {
    await part.begin(offer);
    return { at: 0, total: offer.total };
  }
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  const same =
    range &&
    Number(range[1]) === have &&
    (record?.total === undefined || Number(range[2]) === record.total) &&
    offer.validator === record?.validator &&
    !headers.get('content-encoding');
  if (!same) throw new Unusable('the file has changed on the server');
  return { at: have, total: Number(range[2]) };
}

/** Where an answer is no file, but the next may be: a server in trouble, or a link that has run out. */
export function passingTrouble(response: Response, { url }: DownloadRequest): Interrupted | undefined {
  const { status, headers } = response;
  if (status === 408 || status === 429 || status >= 500) {
    return new Interrupted(`the server answers ${status}`, retryAfter(headers));
  }
  const storage = storageOf(response, url);
  // Not the hub's own word: its link to where the file lies may have run out, and the next request gets a new one.
  if (!storage || (status !== 401 && status !== 403)) return undefined;
  return new Interrupted(`${storage}, where the file lies, refuses it (${status})`);
}

/** The longest wait that a server may ask for, milliseconds. */
const MOST_WAIT_MS = 120_000;

/** `Retry-After`, seconds or a date, as milliseconds from now. */
function retryAfter(headers: Headers): number {
  const said = headers.get('retry-after');
  if (said === null) return 0;
  const ms = /^\d+$/.test(said) ? 1000 * Number(said) : Date.parse(said) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MOST_WAIT_MS) : 0;
}

/** The host that a request was sent on to, where it is another than the one that was asked. */
export function storageOf({ url }: Response, asked: string): string | undefined {
  const [from, to] = [new URL(asked).host, url ? new URL(url).host : ''];
  return to && to !== from ? to : undefined;
}

function offerOf({ status, headers }: Response): PartRecord {
  const length = headers.get('content-length');
  const linkedSize = headers.get('x-linked-size');
  const linkedTag = headers.get('x-linked-etag')?.replace(/^(W\/)?"(.*)"$/, '$2');
  const encoded = headers.get('content-encoding') ?? 'identity';
  // The length of a compressed body says nothing of the file's.
  const total = linkedSize ?? (status === 200 && encoded === 'identity' ? length : null);
  return {
    total: total === null ? undefined : Number(total),
    exact: linkedSize !== null,
    validator: encoded === 'identity' ? (headers.get('etag') ?? headers.get('last-modified') ?? undefined) : undefined,
    sha256: linkedTag && /^[0-9a-f]{64}$/i.test(linkedTag) ? linkedTag.toLowerCase() : undefined,
  };
}

async function receive(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { file }: DownloadRequest,
  part: Part,
  at: number,
  total: number | undefined,
  { alive, onProgress }: { alive: () => void; onProgress?: (p: ByteProgress) => void },
): Promise<void> {
  const appender = await part.append(at);
  const reader = body.getReader();
  let done = at;
  let reported = 0;
  // The first bytes wait until there are enough of them to tell a web page from a model.
  let head: Uint8Array<ArrayBuffer> | undefined = at === 0 ? new Uint8Array() : undefined;
  const flushHead = async () => {
    if (!head) return;
    refuseImpostor(file, head);
    await appender.write(head);
    head = undefined;
  };
  try {
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      alive();
      done += value.length;
      if (head) {
        head = concat(head, value);
        if (head.length >= SNIFF_BYTES) await flushHead();
      } else {
        await appender.write(value);
      }
      if (performance.now() - reported < PROGRESS_MS) continue;
      reported = performance.now();
      onProgress?.({ file, done, total: total !== undefined && done <= total ? total : 0 });
    }
    await flushHead();
  } finally {
    await appender.close();
    reader.cancel().catch(() => {});
  }
  if (total !== undefined && done < total) throw new Interrupted(`the connection ended at byte ${done} of ${total}`);
  onProgress?.({ file, done, total: done });
}

function concat(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
