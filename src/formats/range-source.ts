import { LopperError, throwIfCancelled } from '../errors';
import type { ByteSource } from './bytes';
import { ATTEMPTS, BACKOFF_MS, type DownloadOptions, type DownloadRequest, pause } from './download';
import { checkRange } from './sources';

type Options = Pick<DownloadOptions, 'fetch' | 'signal' | 'backoffMs'>;

/**
 * A file on a server, read a range at a time and kept nowhere: for a look at its header. Undefined where the server gives
 * no ranges. Throws what `refused` gives, `download-failed` after several attempts, and `cancelled`.
 */
export async function rangeSource(request: DownloadRequest, options: Options): Promise<ByteSource | undefined> {
  const { file } = request;
  const first = await ask(request, 0, 1, options);
  const size = Number(/^bytes 0-0\/(\d+)$/.exec(first.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
  await first.body?.cancel();
  if (first.status !== 206 || Number.isNaN(size)) return undefined;
  return {
    name: file,
    size,
    async read(start, end, signal) {
      checkRange({ name: file, size }, start, end);
      if (start === end) return new Uint8Array();
      const answer = await ask(request, start, end, { ...options, signal });
      const bytes = new Uint8Array(await answer.arrayBuffer().catch(() => new ArrayBuffer()));
      throwIfCancelled(signal);
      const given = answer.headers.get('content-range') === `bytes ${start}-${end - 1}/${size}`;
      if (given && bytes.length === end - start) return bytes;
      throw failed(request, `the server did not give its bytes ${start} to ${end}`);
    },
  };
}

/** One range, asked for again after a pause where the server or the way to it is in trouble. */
async function ask(request: DownloadRequest, start: number, end: number, options: Options): Promise<Response> {
  const { fetch: send = fetch, signal, backoffMs = BACKOFF_MS } = options;
  const headers = { range: `bytes=${start}-${end - 1}` };
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(signal);
    const answer = await send(request.url, { headers, signal, cache: 'no-store' }).catch((error: Error) => error);
    throwIfCancelled(signal);
    if (answer instanceof Response) {
      if (answer.ok) return answer;
      const passing = answer.status === 408 || answer.status === 429 || answer.status >= 500;
      if (!passing || attempt === ATTEMPTS) throw request.refused(answer.status);
    } else if (attempt === ATTEMPTS) {
      throw failed(request, `no connection (${answer.cause instanceof Error ? answer.cause.message : answer.message})`);
    }
    await pause(backoffMs * 2 ** (attempt - 1), signal);
  }
}

const failed = ({ file, url }: DownloadRequest, why: string): LopperError =>
  new LopperError('download-failed', `${file} could not be read at ${new URL(url).host}: ${why}.`, 'Try again later.');
