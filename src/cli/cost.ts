import type { Cost } from '../lab/contract';
import type { JobName, Lab } from '../lab/jobs';
import type { Session } from './command';
import { duration } from './terminal';

/** Jobs shorter than this are not worth a word, seconds. */
const WORTH_A_WORD = 5;

/** Says on standard error what a job will take, where that is long enough to wonder. Throws what the job would. */
export async function tellCost<N extends JobName>(
  { lab, reporter }: Pick<Session, 'lab' | 'reporter'>,
  job: N,
  request: Parameters<Lab[N]>[0],
): Promise<void> {
  if (reporter.quiet) return;
  const cost = await lab.cost(job, request as never);
  if (cost && cost.seconds >= WORTH_A_WORD) reporter.note(describeCost(cost));
}

/**
 * "This takes up to 13 passes of the model, 3.10 GB of weights to read and about 42 s on this adapter.": at most, since texts
 * may end, and samples agree, earlier.
 */
export function describeCost({ passes, bytes, seconds }: Cost): string {
  const many = passes < 10 ? passes.toFixed(1).replace('.0', '') : String(Math.round(passes));
  return `This takes up to ${many} pass${many === '1' ? '' : 'es'} of the model, ${size(bytes)} of weights to read and about ${duration(seconds)} on this adapter.`;
}

const size = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toPrecision(2)} MB` : `${(bytes / 1e9).toPrecision(3)} GB`;
