import { distinct } from '../../engine/branch';
import type { ScoreReport, ScoreRequest } from '../contract';
import { shareOf } from '../contract/part';
import { Calibrated } from '../measure/calibrated';
import { reportOf } from '../measure/score';
import { operationsOf, times, walkWork } from '../measure/work';
import type { OpenModel } from '../place/model';
import { fractionMeter } from '../running/progress';
import { branchOfMask } from './desk';
import { groundOf } from './ground';
import type { Job } from './job';

/** A first answer should take no longer, seconds. */
const FIRST_ANSWER = 0.3;
/** Rows below which a walk takes hardly less time. */
const LEAST_ROWS = 64;

/**
 * Loss of each mask on the calibration text; masks share what they have in common. Where anyone listens to `onSoFar` and
 * the adapter is slow, the first windows go ahead: what is found at the end is the same to the last bit.
 */
export const score: Job<ScoreRequest, ScoreReport[], { readonly onSoFar?: (soFar: ScoreReport[]) => void }> = {
  async run(desk, { calibration, masks, logits, part, windows = logits || part !== undefined }, options) {
    const { signal, onProgress, onSoFar } = options;
    const branches = masks.map((mask) => branchOfMask(desk.model, mask));
    const meter = fractionMeter(onProgress, 'Scoring');
    const asked = (reports: readonly ScoreReport[]) =>
      windows
        ? reports.map((report) => ({ ...report, ...(part && { part }) }))
        : reports.map(({ windows: _, ...whole }) => whole);
    const all = await desk.calibrate(calibration);
    const on = part ? new Calibrated(all.engine, all.windows.slice(...shareOf(all.windows.length, part))) : all;
    if (on.windows.length === 0) return asked(branches.map(() => reportOf([], 0)));
    const reports = await on.score(branches, {
      ...{ signal, logits, onProgress: meter },
      ...(onSoFar && {
        first: firstRows(desk.model, distinct(branches).length),
        onSoFar: (soFar: ScoreReport[]) => onSoFar(asked(soFar)),
      }),
    });
    return asked(reports);
  },
  async work(desk, { calibration, masks, part }) {
    const branches = masks.map((mask) => branchOfMask(desk.model, mask));
    return times(1 / (part?.of ?? 1), walkWork(await groundOf(desk, calibration), branches));
  },
  merge(parts) {
    return parts[0]!.map((_, mask) => {
      const own = parts.map((part) => part[mask]!);
      const windows = own.flatMap((report) => report.windows ?? []);
      return reportOf(
        windows,
        own.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      );
    });
  },
};

/** Rows that so many branches walk in the time of a first answer; undefined where weights are read anew for each walk. */
function firstRows({ report, speed }: OpenModel, branches: number): number | undefined {
  if (report.streamed) return undefined;
  if (!speed.isKnown) return LEAST_ROWS;
  const perRow = operationsOf({ tokens: branches, scored: branches }, report);
  return Math.max(LEAST_ROWS, Math.floor((FIRST_ANSWER * speed.rate) / perRow));
}
