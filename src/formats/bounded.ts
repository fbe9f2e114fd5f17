import { throwIfCancelled } from '../errors';

/** Work that went on for longer than it was given. */
export class TooLong extends Error {
  constructor(readonly ms: number) {
    super(`it takes longer than ${ms / 1000} s`);
  }
}

/** A module of Node's own; undefined in a browser. */
export const nodeModule = <M extends 'node:vm' | 'node:worker_threads' | 'node:module'>(name: M) =>
  globalThis.process?.getBuiltinModule?.(name);

/** Where the work under the clock is found by the script that runs it. */
const HANDED = Symbol.for('lopper work under the clock');

/**
 * Does what a pattern or a template from a file may never let end, for `ms` milliseconds at most. Node stops it itself, also
 * for Ctrl-C; a page cannot stop a thread from within, and ends the whole of it instead (`lab/watched.ts`). Throws `TooLong`
 * and `cancelled`.
 */
export function bounded<T>(ms: number, work: () => T): T {
  const vm = nodeModule('node:vm');
  if (!vm) return work();
  const place = globalThis as { [HANDED]?: () => T };
  const outer = place[HANDED];
  place[HANDED] = work;
  try {
    return vm.runInThisContext(`globalThis[Symbol.for('${HANDED.description}')]()`, {
      timeout: ms,
      breakOnSigint: true,
    });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TooLong(ms);
    if (code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throwIfCancelled(AbortSignal.abort());
    throw error;
  } finally {
    place[HANDED] = outer;
  }
}
