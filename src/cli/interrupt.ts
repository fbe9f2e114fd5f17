import { LopperError } from '../errors';
import { JOB, type Session } from './command';

/**
 * What a job gives; where the first Ctrl-C ended it early, what it last told of, with a note that says `what` that is. The
 * next Ctrl-C ends the program, as ever. Throws what the job throws, and `cancelled` where it had told of nothing.
 */
export async function untilEnded<T>(
  { lab, reporter }: Pick<Session, 'lab' | 'reporter'>,
  what: string,
  start: (tell: (soFar: T) => void) => Promise<T>,
): Promise<T> {
  let last: T | undefined;
  const end = () => void lab.cancel(JOB);
  process.once('SIGINT', end);
  try {
    return await start((soFar) => {
      last = soFar;
    });
  } catch (error) {
    if (!(error instanceof LopperError) || error.code !== 'cancelled' || !last) throw error;
    reporter.note(`Ended early: ${what}. Go on from the JSON with --resume FILE.`);
    return last;
  } finally {
    process.off('SIGINT', end);
  }
}

/** What a job gives; the first Ctrl-C cancels it, so that it can take back what it has half done. */
export async function cancellable<T>(lab: Session['lab'], run: () => Promise<T>): Promise<T> {
  const end = () => void lab.cancel(JOB);
  process.once('SIGINT', end);
  try {
    return await run();
  } finally {
    process.off('SIGINT', end);
  }
}
