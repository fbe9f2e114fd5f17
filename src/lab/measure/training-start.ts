import { FULL } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { LopperError } from '../../errors';
import { seededAt } from '../../random';
import { MOST_WIDTH } from '../../recovery/fit';
import type { Placed, RecoveredUnit, RecoveryModule } from '../../recovery/module';
import type { Moments } from '../../recovery/moments';
import { PLAIN_RATES, type Rates } from '../../recovery/training';
import { unitName } from '../../recovery/units';
import type { TrainSettings } from '../contract';
import { observeMoments } from './moments';
import { type FitTexts, fitModules } from './recover';

/** What modules may begin with, and how fast each of their tensors goes. */
export interface TrainingStart {
  /** Those to choose from, by the loss. */
  readonly candidates: readonly (readonly Placed[])[];
  readonly rates: readonly Rates[];
}

/**
 * Where training may begin, for units from low to high, or with the modules that are given for them. `zero`: A at random, of a size that what it reads becomes about 1, B = 0, the mean update;
 * `closed`: the linear map in closed form, turned to the same size. Without a choice, both. Throws what fitting throws, and
 * `usage` for a closed form that is too wide.
 */
export async function startOf(
  { on }: FitTexts,
  units: readonly RecoveredUnit[],
  {
    rank,
    start,
    rates: speed,
    seed,
  }: Pick<TrainSettings, 'start' | 'rates'> & { readonly rank: number; readonly seed: number },
  init: readonly Placed[] | undefined,
  { signal, onProgress }: RunOptions,
): Promise<TrainingStart> {
  const asked = units.map((unit) => ({ unit }));
  const observing = (f: number) => onProgress?.(f / 4);
  const { seen: moments } = await observeMoments(on, FULL, asked, { signal, onProgress: observing });
  const rates = moments.map((own) => (speed === 'plain' ? PLAIN_RATES : ratesOf(own)));
  if (init) return { candidates: [initOf(init)], rates };
  const mean = units.map((unit, i): Placed => ({ unit, module: zeroStart(moments[i]!, rank, rates[i]!, seed, i) }));
  const isClosed = rank > 0 && start !== 'zero' && (start === 'closed' || on.engine.model.width <= MOST_WIDTH);
  if (!isClosed) return { candidates: [mean], rates };
  const fitted = await fitModules(
    { on },
    units,
    { method: 'linear', rank, weighted: true },
    {
      signal,
      onProgress: (f) => onProgress?.((1 + 3 * f) / 4),
    },
  );
  const closed = fitted.map(({ unit, module }, i): Placed => ({ unit, module: evened(module, rates[i]!) }));
  return { candidates: start === 'closed' ? [closed] : [mean, closed], rates };
}

/** 1 / rms of what is read, and the rms of the update for B and the bias: a step then means the same in every model. */
function ratesOf({ x, t, xx, tt, weight }: Moments): Rates {
  const rms = (mean: Float64Array, squares: Float64Array) =>
    Math.sqrt(mean.reduce((sum, v, i) => sum + v * v + squares[i]! / weight, 0) / mean.length);
  const size = rms(t, tt);
  return [1 / (rms(x, xx) || 1), size || 1, size || 1];
}

function zeroStart({ t }: Moments, rank: number, [scale]: Rates, seed: number, place: number): RecoveryModule {
  const width = t.length;
  const bias = Float32Array.from(t);
  if (rank === 0) return { strength: 1, bias };
  const normal = normals(seededAt(seed, place));
  const a = Float32Array.from({ length: rank * width }, () => (scale * normal()) / Math.sqrt(width));
  return { strength: 1, bias, map: { rank, a, b: new Float32Array(width * rank) } };
}

/** Draws from N(0, 1), by Box and Muller (1958). */
const normals = (uniform: () => number) => (): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** The same map, every row of A as long as one that starts at random. */
function evened({ map, ...rest }: RecoveryModule, [scale]: Rates): RecoveryModule {
  if (!map) return rest;
  const { rank } = map;
  const width = map.a.length / rank;
  const [a, b] = [map.a.slice(), map.b.slice()];
  for (let k = 0; k < rank; k++) {
    const row = a.subarray(k * width, (k + 1) * width);
    const by = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)) / scale;
    if (!(by > 0)) continue;
    for (let i = 0; i < width; i++) {
      row[i]! /= by;
      b[i * rank + k]! *= by;
    }
  }
  return { ...rest, map: { rank, a, b } };
}

/** The modules given, their strength made part of their numbers. Throws `mask-mismatch` for what is not trained. */
const initOf = (init: readonly Placed[]): Placed[] =>
  init.map(({ unit, module: { strength, bias, map, diagonal, reads } }) => {
    if (diagonal || reads) {
      throw new LopperError(
        'mask-mismatch',
        `The module to begin with for ${unitName(unit)} ${diagonal ? 'has a diagonal' : `reads the ${reads} stream`}, which is not trained.`,
        'Begin with a mean update or a linear map of the stream as it is.',
      );
    }
    const times = (numbers: Float32Array<ArrayBuffer>) => numbers.map((v) => strength * v);
    return { unit, module: { strength: 1, bias: times(bias), ...(map && { map: { ...map, b: times(map.b) } }) } };
  });
