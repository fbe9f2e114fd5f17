import { FULL, without } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { LopperError } from '../../errors';
import { type Sublayer, sublayerAt, sublayerIndex } from '../../model/units';
import { mostRank } from '../../recovery/fit';
import type { Moments } from '../../recovery/moments';
import type { RecoverSettings } from '../contract';
import { observeMoments } from './moments';
import { type FitTexts, type Fitted, fitOne, recovered } from './recover';

/**
 * For each run of dropped sublayers a linear map of what the last kept one below it adds, by least squares towards where the full
 * model is behind the run: M + M (K - I), K of `../shared/oracle/recovery.py`, without an intercept, so that it fits into the
 * weights of any architecture. From low to high, each in the model that those below it make. Throws `usage` where nothing is
 * below, or where a norm comes between.
 */
export async function fitMerged(
  { on, held }: FitTexts,
  dropped: readonly Sublayer[],
  settings: RecoverSettings,
  { signal, onProgress }: RunOptions = {},
): Promise<Fitted[]> {
  const { model } = on.engine;
  if (model.sublayers.some((s) => s.normAfter)) {
    throw unusable('A norm stands between its layers and the stream, where a map of what they add has no place.');
  }
  const runs = runsOf(dropped).filter(([first]) => sublayerIndex(first!) > 0);
  if (runs.length === 0)
    throw unusable('No layer is kept below what is dropped, so there is none to merge a map into.');
  const rank = settings.rank ?? mostRank(model.width);
  const fitted: Fitted[] = [];
  for (const [i, run] of runs.entries()) {
    const { kind, block } = sublayerAt(sublayerIndex(run[0]!) - 1);
    const unit = { kind, block };
    const branch = recovered(fitted, without(dropped.map(sublayerIndex), FULL));
    const asked = {
      unit,
      run,
      reads: 'update',
      target: 'full',
      products: true,
      skipFirst: settings.skipFirst,
    } as const;
    const progress = { signal, onProgress: (f: number) => onProgress?.((i + f) / runs.length) };
    const [seen] = (await observeMoments(on, branch, [asked], progress)).seen;
    const [weighted] = settings.weighted
      ? (await observeMoments(on, branch, [{ ...asked, weighted: true }], progress)).seen
      : [seen];
    const [other] = held ? (await observeMoments(held, branch, [asked], progress)).seen : [];
    const moments = { fitted: fromOrigin(weighted!), judged: seen!, ...(other && { held: other }) };
    fitted.push(await fitOne(on.engine, unit, moments, { ...settings, rank }, signal));
  }
  return fitted;
}

/** Dropped sublayers that follow one another, from the lowest up. */
function runsOf(dropped: readonly Sublayer[]): Sublayer[][] {
  const runs: Sublayer[][] = [];
  for (const sublayer of [...dropped].sort((a, b) => sublayerIndex(a) - sublayerIndex(b))) {
    const last = runs.at(-1);
    if (last && sublayerIndex(last.at(-1)!) === sublayerIndex(sublayer) - 1) last.push(sublayer);
    else runs.push([sublayer]);
  }
  return runs;
}

/** The same rows around zero and not around their means: what is fitted then has no intercept. */
function fromOrigin({ products, ...moments }: Moments): Moments {
  const { x, t, weight } = moments;
  const width = x.length;
  const whole = (sums: Float64Array, right: Float64Array) =>
    sums.map((v, k) => v + weight * x[Math.floor(k / width)]! * right[k % width]!);
  const none = new Float64Array(width);
  return { ...moments, x: none, t: none, products: { xx: whole(products!.xx, x), xt: whole(products!.xt, t) } };
}

const unusable = (what: string) => new LopperError('usage', what, 'Choose another stand-in, such as a linear map.');
