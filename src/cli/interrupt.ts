/** Waits for work that the first Ctrl-C asks to end early; the next one ends the program, as ever. */
export async function interruptible<T>(work: Promise<T>, end: () => void): Promise<T> {
  process.once('SIGINT', end);
  try {
    return await work;
  } finally {
    process.off('SIGINT', end);
  }
}
