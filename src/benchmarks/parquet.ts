import { nodeModule } from '../formats/bounded';

/** Time that a file may take, milliseconds: several times what the official ones do. */
const LEAST_MS = 1_500;
const MS_PER_BYTE = 1e-3;

/**
 * The rows of a parquet file, read by a library that only those who have such files load. Numbers that one changed byte
 * makes huge keep it busy without end: in Node it works in a thread that is ended then; in the page the whole lab does, and
 * the page watches it (`lab/watched.ts`). Throws what the library throws.
 */
export async function readParquet(
  bytes: Uint8Array,
  ms = LEAST_MS + Math.ceil(bytes.length * MS_PER_BYTE),
): Promise<Record<string, unknown>[]> {
  const threads = nodeModule('node:worker_threads');
  if (threads) return inThread(threads, bytes, ms);
  const { parquetReadObjects } = await import('hyparquet');
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
}

/** What the thread does, as text: it has to begin where nothing of Lopper is. */
const WORK = `
const { parentPort, workerData } = require('node:worker_threads');
import(workerData.library)
  .then(({ parquetReadObjects }) => parquetReadObjects({ file: workerData.file }))
  .then((rows) => parentPort.postMessage({ rows }), ({ message }) => parentPort.postMessage({ message }));
`;

function inThread(
  { Worker }: typeof import('node:worker_threads'),
  bytes: Uint8Array,
  ms: number,
): Promise<Record<string, unknown>[]> {
  const library = nodeModule('node:module')!
    .createRequire(import.meta.url)
    .resolve('hyparquet');
  const file = new Uint8Array(bytes).buffer;
  const thread = new Worker(WORK, {
    eval: true,
    workerData: { library, file },
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  return new Promise<Record<string, unknown>[]>((resolve, reject) => {
    const clock = setTimeout(() => reject(new Error(`it takes longer than ${ms / 1000} s`)), ms);
    thread.once('message', ({ rows, message }) => (rows ? resolve(rows) : reject(new Error(message))));
    // Out of memory, mostly.
    thread.once('error', reject);
    // What waits for something that never comes ends without a word.
    thread.once('exit', () => {
      clearTimeout(clock);
      reject(new Error('it does not come to an end'));
    });
  }).finally(() => thread.terminate());
}
