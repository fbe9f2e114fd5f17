/** Runs work under a signal that is raised by the caller's own, or once the clock runs out: nothing waits for ever. */
export async function withClock<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), ms);
  try {
    // Many ranges may be read at once under one signal, which would count each listener for a leak.
    return await work(signal ? AbortSignal.any([control.signal, signal]) : control.signal);
  } finally {
    clearTimeout(timer);
    control.abort();
  }
}
