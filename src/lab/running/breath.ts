import { throwIfCancelled } from '../../errors';

/** Lets messages in between two long computations: a cancel is heard, and whoever watches sees that all is well. Throws `cancelled`. */
export async function breath(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  throwIfCancelled(signal);
}

/** A computation may take the thread for so long before it lets others in, milliseconds. */
const SLICE_MS = 40;

/** Runs a computation of many small steps, a breath now and then. Throws `cancelled`. */
export async function unhurried<T>(steps: Generator<void, T>, signal?: AbortSignal): Promise<T> {
  let since = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - since < SLICE_MS) continue;
    await breath(signal);
    since = performance.now();
  }
}
