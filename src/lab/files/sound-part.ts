import { isGradient, isShapley, isStatic } from '../../pruning/metrics';
import type { EvalReport, InfluenceReport } from '../contract';
import type { PartJob, PartReport } from './part-schemas';

/** Rows of a benchmark's files at most, of which that many may be unreadable. */
const MOST_ROWS = 10_000_000;

/**
 * What a report on a part lacks of what the whole is made of, in words; nothing where a command wrote it and nobody after.
 * A list that is too short would be a wrong number in the whole.
 */
export const lackOf = <N extends PartJob>(job: N, report: PartReport<N>): string | undefined => LACKS[job](report);

const LACKS: { readonly [N in PartJob]: (report: PartReport<N>) => string | undefined } = {
  score(reports) {
    const [first] = reports;
    if (!first) return 'it has no loss of any mask';
    const alike = reports.every(({ windows }) => windows && windows.length === first.windows?.length);
    return alike ? undefined : 'it has not the loss of every token of every mask';
  },
  influence,
  curve({ points }) {
    const drawn = points[0]?.draws?.length;
    const alike = points.every(({ draws }) => draws && draws.length > 0 && draws.length === drawn);
    return alike ? undefined : 'it has not the loss of every draw at every point';
  },
  growth({ points }) {
    const units = points[0]?.block.length;
    const alike = points.every(({ block, attn, ffn }) => [block, attn, ffn].every(({ length }) => length === units));
    return alike ? undefined : 'its checkpoints have not as many units as one another';
  },
  evaluate,
  recoverEach: () => undefined,
};

function influence({ metric, unit, values, part }: InfluenceReport): string | undefined {
  const blocks = unit === 'sublayer' ? values.length / 2 : values.length;
  if (isShapley(metric)) return part?.drawn ? undefined : 'it has not what it drew';
  if (isGradient(metric)) {
    const { gradients } = part ?? {};
    const whole = gradients?.every((own) => own.blocks.length === blocks && own.sublayers.length === 2 * blocks);
    return whole ? undefined : 'it has not the gradient of every unit';
  }
  if (isStatic(metric)) {
    const { statistics } = part ?? {};
    const whole = statistics?.every((own) => [own.attn, own.ffn, own.block].every(({ length }) => length === blocks));
    return whole ? undefined : 'it has not the sums of every unit';
  }
  return undefined;
}

function evaluate({ results, items, unreadable, part }: EvalReport): string | undefined {
  if (!part || part.counted.length !== items.length) return 'it says not of every item what it counts under';
  if (items.some(({ answers }) => answers.length !== results.length))
    return 'it has not every mask’s answer to every item';
  if (unreadable < part.unreadable || unreadable > MOST_ROWS) return `it has ${unreadable} rows that could not be read`;
  return undefined;
}
