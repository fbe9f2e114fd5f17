/**
 * Firefox looks for what its GPU has done ten times a second, and whenever something is submitted
 * (https://bugzilla.mozilla.org/show_bug.cgi?id=1870699): a wait for a token's logits took 100 ms where the work took 10.
 * To be thrown away once a wait there ends with the work.
 */
const POLLED = /\bFirefox\//.test(globalThis.navigator?.userAgent ?? '');

/** Between two nudges, milliseconds. A worker's timers are as fine as that. */
const NUDGE_MS = 2;

/** The same wait, which a browser that only looks now and then is reminded of meanwhile. */
export function nudged<T>(device: GPUDevice, wait: Promise<T>, polled = POLLED): Promise<T> {
  if (!polled) return wait;
  const timer = setInterval(() => device.queue.submit([]), NUDGE_MS);
  return wait.finally(() => clearInterval(timer));
}
