import { FULL } from '../../engine/branch';
import type { Cost } from '../contract';
import type { OpenModel } from '../place/model';
import { layOutWindows } from './windows';
import { costOf, type Work } from './work';

/** Of a job's tokens, those that it is worth to walk beforehand: one in so many, and no more than so many. */
const ONE_IN = 64;
const MOST_TOKENS = 128;
const LEAST_TOKENS = 8;

/** Work on the open model, at its own pace; a few tokens are walked where that is not known yet. */
export async function costOn(model: OpenModel, work: Work, signal: AbortSignal): Promise<Cost> {
  // Where weights are read anew for each walk, that would take as long as the job.
  if (!model.speed.isKnown && !model.report.streamed) await walkSome(model, work.tokens, signal);
  return costOf(work, model.report, model.speed.rate);
}

/** Twice: the first time pipelines are made. The self-test's matmul is no measure: on a processor it is off a hundredfold. */
async function walkSome({ engine, report, speed }: OpenModel, tokens: number, signal: AbortSignal): Promise<void> {
  const count = Math.min(Math.max(tokens / ONE_IN, LEAST_TOKENS), MOST_TOKENS, report.context, engine.maxRows);
  const ids = Array.from({ length: Math.floor(count) }, (_, i) => i % report.vocabulary);
  const [alone] = layOutWindows([ids], engine.maxRows);
  await engine.walk(alone!.tree, [FULL], { signal });
  speed.restart();
  await engine.walk(alone!.tree, [FULL], { signal });
}
