/** Spoilt inputs, each read in a thread that is ended where it takes too long. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { LopperError } from '../../src/errors';
import { seededAt } from '../../src/random';
import { kindsOf } from './kinds';
import type { Row } from './table';

/** Milliseconds in which an input must have ended. */
const MOST_MS = 2000;
/** Inputs after which a thread makes room for the next: what a busy machine has not tidied up yet goes with it. */
const MOST_IN_A_THREAD = 200;
/** Messages longer than this have shown too much of what was given. */
const MOST_CHARACTERS = 1001;

interface Told {
  readonly index: number;
  readonly ms: number;
  /** "read", the code of an error, or what is wrong. */
  readonly outcome: string;
  readonly fault?: string;
}

/** Reads `all` inputs, as many of every kind. `from`: this very file, as it runs. */
export async function weatherOfInputs(all: number, root: string, from: URL): Promise<Row[]> {
  const rows: Row[] = [];
  const kinds = kindsOf(root);
  const count = Math.ceil(all / kinds.length);
  for (const [kind, { name }] of kinds.entries()) {
    const row = { name, done: 0, read: 0, refused: 0, faults: [] as string[], worstMs: 0 };
    for (let index = 0; index < count; ) {
      const end = Math.min(count, index + MOST_IN_A_THREAD);
      index = await readSome({ kind, root, index, count: end }, from, (told) => {
        row.done++;
        row.worstMs = Math.max(row.worstMs, told.ms);
        if (told.fault) row.faults.push(`input ${told.index}: ${told.fault}`);
        else if (told.outcome === 'read') row.read++;
        else row.refused++;
      });
    }
    rows.push({
      what: `${row.done} of ${name}, spoilt`,
      ended: `${row.read} read, ${row.refused} refused by name, the slowest in ${Math.round(row.worstMs)} ms`,
      faults: row.faults,
    });
  }
  return rows;
}

/** Reads inputs up to number `count` until all are done or one hangs; resolves to the index to go on from. */
function readSome(
  work: { kind: number; root: string; index: number; count: number },
  from: URL,
  take: (told: Told) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(from, { workerData: work, resourceLimits: { maxOldGenerationSizeMb: 2048 } });
    let next = work.index;
    let clock: NodeJS.Timeout | undefined;
    const end = (fault?: string) => {
      clearTimeout(clock);
      if (fault) take({ index: next++, ms: MOST_MS, outcome: '', fault });
      void thread.terminate();
      resolve(next);
    };
    const watch = () => {
      clearTimeout(clock);
      // The thread's own clock is the judge; this one is for what never comes back.
      clock = setTimeout(() => end(`no end after ${(5 * MOST_MS) / 1000} s`), 5 * MOST_MS);
    };
    thread.on('message', (told: Told | 'ready') => {
      if (told !== 'ready') {
        take(told);
        next = told.index + 1;
      }
      if (next >= work.count) end();
      else watch();
    });
    thread.on('error', (error) =>
      next === work.index && /import|module/i.test(error.message)
        ? reject(error)
        : end(`the thread died: ${error.message}`),
    );
  });
}

/** What the thread does. */
export async function readInThread(): Promise<void> {
  const { kind, root, index, count } = workerData as { kind: number; root: string; index: number; count: number };
  const { read } = kindsOf(root)[kind]!;
  parentPort!.postMessage('ready');
  for (let i = index; i < count; i++) {
    const once = () => readOne(() => read(seededAt(kind, i)), i);
    const told = await once();
    // A busy machine is slow at anything now and then: what is slow itself is so again.
    parentPort!.postMessage(told.ms > MOST_MS ? await once() : told);
  }
}

async function readOne(read: () => unknown, index: number): Promise<Told> {
  const began = performance.now();
  let outcome = 'read';
  let fault: string | undefined;
  try {
    await read();
  } catch (error) {
    outcome = error instanceof LopperError ? error.code : 'bug';
    fault = wrongWith(error);
  }
  const ms = performance.now() - began;
  fault ??= ms > MOST_MS ? `took ${Math.round(ms)} ms (${outcome})` : undefined;
  return { index, ms, outcome, fault };
}

function wrongWith(error: unknown): string | undefined {
  if (!(error instanceof LopperError))
    return `no named error: ${String((error as Error)?.stack ?? error).slice(0, 400)}`;
  if (error.message.length > MOST_CHARACTERS) return `a message of ${error.message.length} characters (${error.code})`;
  return undefined;
}
