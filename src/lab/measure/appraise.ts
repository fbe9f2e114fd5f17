import { FULL } from '../../engine/branch';
import { MAX_ROWS } from '../../engine/budget';
import { preflight } from '../../engine/matrix-parts';
import { LopperError } from '../../errors';
import { CATALOGUE, type CatalogueModel } from '../../model/catalogue/models';
import { shapeOf } from '../../model/catalogue/sizes';
import { PRECISIONS, type Precision } from '../../model/precision';
import { countParameters } from '../../pruning/savings';
import type { Appraisal, Fit } from '../contract';
import { USUAL_READING } from '../contract/reading';
import { influenceWork } from './influence-work';
import { costOf, type Ground, sharesOf, type Work, walkWork } from './work';

/** Tokens of the text that times are told for. */
const APPRAISED_TOKENS = 2048;

/** What is known of the machine. */
export interface Means {
  /** Bytes that one binding holds. */
  readonly limit: number;
  /** Bytes of GPU memory that weights may take; adapters do not tell how much there is. */
  readonly room: number;
  /** Operations a second; undefined where nothing was measured yet. */
  readonly rate?: number;
  /** Bytes of weights read a second, where some were. */
  readonly reading?: number;
}

/** The catalogue, and on a machine how each of its models would fare there. Counted from its shape: nothing is fetched. */
export const appraise = (means?: Means): Appraisal[] => CATALOGUE.map((model) => appraiseOne(model, means));

function appraiseOne(model: CatalogueModel, means: Means | undefined): Appraisal {
  const { spec, bytesAt, tensorsAt } = shapeOf(model);
  const counted = countParameters(spec);
  const fits = Object.fromEntries(
    PRECISIONS.map((precision): [Precision, Fit] => {
      const weightBytes = bytesAt[precision];
      if (!means) return [precision, { bytes: weightBytes }];
      try {
        preflight(spec, tensorsAt[precision], means.limit);
      } catch (error) {
        if (!(error instanceof LopperError)) throw error;
        return [precision, { bytes: weightBytes, fits: 'no', why: error.message }];
      }
      const fits = weightBytes <= means.room ? 'resident' : 'streamed';
      return [precision, { bytes: weightBytes, fits, ...timesOf({ ...counted, ...spec, weightBytes }, fits, means) }];
    }),
  ) as Record<Precision, Fit>;
  const { repo, family, licence, gated, dtype, finding, checkpoints, results } = model;
  return {
    ...{ repo, family, licence, gated, dtype, parameters: counted.parameters, blocks: spec.blocks, fits },
    ...(finding && { finding }),
    ...(checkpoints && { checkpoints }),
    ...(results !== undefined && { results }),
  };
}

/** Seconds for a loss and for leave-one-out of sublayers: as the lab counts them, and no faster than weights can be read. */
function timesOf(
  sizes: Parameters<typeof costOf>[1],
  fits: 'resident' | 'streamed',
  { rate, reading = USUAL_READING }: Means,
): Pick<Fit, 'loss' | 'leaveOneOut'> {
  if (rate === undefined) return {};
  const tokens = APPRAISED_TOKENS;
  const ground: Ground = { shares: sharesOf(sizes), tokens, scored: tokens, rows: MAX_ROWS };
  const seconds = (work: Work) => {
    const { seconds, bytes } = costOf(work, sizes, rate);
    return fits === 'streamed' ? Math.max(seconds, bytes / reading) : seconds;
  };
  return {
    loss: seconds(walkWork(ground, [FULL])),
    leaveOneOut: seconds(influenceWork({ metric: 'loo-loss', unit: 'sublayer' }, ground)),
  };
}
