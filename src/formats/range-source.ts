import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource } from './bytes';
import { ATTEMPTS, BACKOFF_MS, type DownloadOptions, type DownloadRequest, pause, reason } from './download';
import { checkRange } from './sources';
import { Interrupted, passingTrouble, STALL_MS } from './transfer';
import { withClock } from './with-clock';

type Options = Pick<DownloadOptions, 'fetch' | 'signal' | 'backoffMs' | 'stallMs'>;

/** Bytes a millisecond of the slowest connection that is waited for. */
const SLOWEST = 10;

/**
 * A file on a server, read a range at a time and kept nowhere: for a look at its header. Undefined where the server gives
 * no ranges. Throws what `refused` gives, `download-failed` after several attempts, and `cancelled`.
 */
export async function rangeSource(request: DownloadRequest, options: Options): Promise<ByteSource | undefined> {
  const { file } = request;
  const size = await ask(request, 0, 1, options, async ({ status, headers }) => {
    const total = /^bytes 0-0\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
    return status === 206 && total !== undefined ? Number(total) : undefined;
  });
  if (size === undefined) return undefined;
  return {
    name: file,
    size,
    async read(start, end, signal) {
      checkRange({ name: file, size }, start, end);
      if (start === end) return new Uint8Array();
      return ask(request, start, end, { ...options, signal }, async (answer) => {
        const bytes = new Uint8Array(await answer.arrayBuffer());
        const given = answer.headers.get('content-range') === `bytes ${start}-${end - 1}/${size}`;
        if (given && bytes.length === end - start) return bytes;
        throw failed(request, `the server did not give its bytes ${start} to ${end}`);
      });
    },
  };
}

/** What is read of one range, asked for again after a pause where the server or the way to it is in trouble. */
async function ask<T>(
  request: DownloadRequest,
  start: number,
  end: number,
  { fetch: send = fetch, signal, backoffMs = BACKOFF_MS, stallMs = STALL_MS }: Options,
  read: (answer: Response) => Promise<T>,
): Promise<T> {
  const headers = { range: `bytes=${start}-${end - 1}` };
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(signal);
    try {
      return await withClock(stallMs + (end - start) / SLOWEST, signal, async (clocked) => {
        const answer = await send(request.url, { headers, signal: clocked, cache: 'no-store' });
        if (answer.ok) return read(answer);
        throw passingTrouble(answer, request) ?? request.refused(answer.status);
      });
    } catch (error) {
      throwIfCancelled(signal);
      if (error instanceof LopperError) throw error;
      const passing = error instanceof Interrupted ? error : undefined;
      if (attempt === ATTEMPTS) throw failed(request, passing?.message ?? `no connection (${reason(error as Error)})`);
      await pause(Math.max(passing?.waitMs ?? 0, backoffMs * 2 ** (attempt - 1)), signal);
    }
  }
}

const failed = ({ file, url }: DownloadRequest, why: string): LopperError =>
  new LopperError('download-failed', `${file} could not be read at ${new URL(url).host}: ${why}.`, 'Try again later.');
