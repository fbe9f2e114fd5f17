import { throwIfCancelled } from '../../errors';

/** Lets messages in between two long computations: a cancel is heard, and whoever watches sees that all is well. Throws `cancelled`. */
export async function breath(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  throwIfCancelled(signal);
}
