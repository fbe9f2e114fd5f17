/** Runs work under a signal that is raised by the caller's own, or once the clock runs out: nothing waits for ever. */
export async function withClock<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const control = new AbortController();
  const abort = () => control.abort();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  const timer = setTimeout(abort, ms);
  try {
    return await work(control.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    control.abort();
  }
}
