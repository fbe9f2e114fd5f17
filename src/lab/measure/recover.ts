import { type Branch, FULL, named, replacing, without } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import { LopperError } from '../../errors';
import { type Sublayer, sublayerIndex, sublayersOf } from '../../model/units';
import {
  channelsOf,
  checkClosedRank,
  fitDiagonal,
  fitLinear,
  fitMean,
  fitScale,
  type LinearFit,
  MOST_WIDTH,
  mapOfRank,
  r2ByRank,
  r2Of,
  ranksOf,
  ranksTo,
} from '../../recovery/fit';
import type { Placed, RecoveredUnit, RecoveryModule } from '../../recovery/module';
import type { Moments } from '../../recovery/moments';
import { fitWide } from '../../recovery/wide-fit';
import type { FitOrder, RecoveredUnitReport, RecoverSettings } from '../contract';
import { breath, unhurried } from '../running/breath';
import type { Calibrated } from './calibrated';
import { type ClimbOptions, type Landing, type MomentsAsked, observeMoments } from './moments';
import { type Ground, type Walks, walkWork } from './work';

export const DEFAULT_RANK = 8;

/** What was fitted in a unit's place, and how well it does there. */
export interface Fitted extends Placed {
  readonly report: RecoveredUnitReport;
  /** For `linear`: what it was solved with. */
  readonly ridge?: number;
}

/** The texts that modules are fitted on, and judged on where some is held out. */
export interface FitTexts {
  readonly on: Calibrated;
  readonly held?: Calibrated;
}

/** A branch with modules in the place of units, each of which is dropped. */
export const recovered = (modules: readonly Placed[], from: Branch = FULL): Branch => {
  const indices = (unit: RecoveredUnit) => sublayersOf(unit.kind, unit.block).map(sublayerIndex);
  return replacing(
    modules.map(({ unit, module }) => [indices(unit)[0]!, named(module)] as const),
    without(
      modules.flatMap(({ unit, module }) => (module.reads === 'update' ? [] : indices(unit))),
      from,
    ),
  );
};

/**
 * Fits a module for each unit, from low to high. Fitted in the full model, all are observed in one walk, else one after the
 * other, in the model in which those below it are recovered: the way up is gone once, each walk beginning where the last
 * unit was. `from`: what else is left out, or stands somewhere already. Throws `usage` for a rank or width that cannot be, and
 * `not-finite`.
 */
export async function fitModules(
  texts: FitTexts,
  units: readonly RecoveredUnit[],
  settings: RecoverSettings,
  { signal, onProgress, from = FULL }: RunOptions & { readonly from?: Branch } = {},
): Promise<Fitted[]> {
  const { fit = 'sequential' } = settings;
  if (settings.method === 'merged') {
    throw new LopperError('usage', 'A merged map is fitted for a mask, not for a unit.', 'Use lopper recover --drop.');
  }
  checkMap(settings, texts.on.engine.model.width);
  const fitted: Fitted[] = [];
  if (fit === 'full') {
    const { seen } = await observeUnits(texts, from, units, settings, 'own', { signal, onProgress });
    for (const [i, unit] of units.entries())
      fitted.push(await fitOne(texts.on.engine, unit, seen[i]!, settings, signal));
    return fitted;
  }
  const { parallel } = texts.on.engine.model;
  let landings: Landings = {};
  for (const [i, unit] of units.entries()) {
    const options = {
      signal,
      onProgress: (fraction: number) => onProgress?.((i + fraction) / units.length),
      ...(i + 1 < units.length && { keep: beginOf(unit, parallel) }),
    };
    const branch = recovered(fitted, from);
    const { seen, ...left } = await observeUnits(texts, branch, [unit], settings, targetOf(fit), options, landings);
    landings = left;
    fitted.push(await fitOne(texts.on.engine, unit, seen[0]!, settings, signal));
  }
  return fitted;
}

/** Where each text's next walk may begin. */
interface Landings {
  readonly on?: Landing;
  readonly held?: Landing;
}

/** The sublayer before which a unit's stream may be gone on from: with a parallel residual both read what the block does. */
const beginOf = ({ kind, block }: RecoveredUnit, parallel: boolean): number =>
  sublayerIndex(sublayersOf(parallel ? 'block' : kind, block)[0]!);

/** Throws `usage` for a linear map that a stream of this width cannot have. */
export function checkMap({ method, rank = DEFAULT_RANK, normed }: RecoverSettings, width: number): void {
  if (method !== 'linear') {
    if (!normed) return;
    throw new LopperError(
      'usage',
      `Only linear maps read the normed stream, and ${method} is none.`,
      'Choose the linear map.',
    );
  }
  checkClosedRank(rank, width);
}

/** What fitting one after the other takes, and the loss of what was fitted: once up the model, and a walk of what came of it. */
export function recoveryWork(
  walks: Walks,
  { text, judge = text }: { readonly text: Ground; readonly judge?: Ground },
  dropped: readonly Sublayer[],
): void {
  const branch = without(dropped.map(sublayerIndex));
  if (dropped.length > 0) walks.add(walkWork({ ...text, scored: 0 }, [FULL]));
  walks.add(walkWork(judge, [branch]));
}

const targetOf = (fit: FitOrder) => (fit === 'corrected' ? 'full' : 'own');

/** Moments of one unit: as it is fitted, and as it is judged, on each text. */
export interface Seen {
  readonly fitted: Moments;
  readonly judged: Moments;
  readonly held?: Moments;
}

async function observeUnits(
  { on, held }: FitTexts,
  branch: Branch,
  units: readonly RecoveredUnit[],
  { method, weighted = false, skipFirst, normed }: RecoverSettings,
  target: 'own' | 'full',
  { signal, onProgress, keep }: ClimbOptions,
  from: Landings = {},
): Promise<Landings & { seen: Seen[] }> {
  const plain = units.map(
    (unit): MomentsAsked => ({
      ...{ unit, products: method === 'linear', target, skipFirst },
      ...(normed && { reads: 'normed' }),
    }),
  );
  const weights = weighted ? plain.map((asked) => ({ ...asked, weighted })) : [];
  const share = held ? 0.5 : 1;
  const step = (done: number, from: Landing | undefined) => ({
    ...{ signal, from, keep },
    onProgress: (f: number) => onProgress?.(done + share * f),
  });
  const { seen, landing } = await observeMoments(on, branch, [...plain, ...weights], step(0, from.on));
  const other = held && (await observeMoments(held, branch, plain, step(share, from.held)));
  return {
    ...{ on: landing, held: other?.landing },
    seen: units.map((_, i) => ({
      judged: seen[i]!,
      fitted: weighted ? seen[units.length + i]! : seen[i]!,
      ...(other && { held: other.seen[i]! }),
    })),
  };
}

/** A map of a wide stream takes seconds, and so does judging it: meanwhile others are heard, a cancel too. */
export async function fitOne(
  engine: EngineContract,
  unit: RecoveredUnit,
  { fitted, judged, held }: Seen,
  settings: RecoverSettings,
  signal?: AbortSignal,
): Promise<Fitted> {
  await breath(signal);
  const { method, strength = 1, ridge, rank = DEFAULT_RANK, normed } = settings;
  const reads = method === 'merged' ? ('update' as const) : normed ? ('normed' as const) : undefined;
  const { norm, mean: channelMean, std: channelStd } = channelsOf(judged.t);
  const texts = held ? [judged, held] : [judged];
  const told = { unit, norm, channelMean, channelStd };
  if (method !== 'linear' && method !== 'merged') {
    const module = CLOSED[method](fitted, ridge);
    const r2 = texts.map((moments) => r2Of(module, moments, judged.t));
    return { unit, module: { ...module, strength }, report: { ...told, r2: both(r2) } };
  }
  const fit = await solveLinear(engine, fitted, rank, ridge, signal);
  const byRank: Float64Array[] = [];
  for (const moments of texts) byRank.push(await unhurried(r2ByRank(fit, moments, judged.t), signal));
  return {
    unit,
    module: { ...mapOfRank(fit, rank), strength, ...(reads && { reads }) },
    ridge: fit.ridge,
    report: {
      ...told,
      r2: both(byRank.map((r2) => r2[rank]!)),
      r2ByRank: ranksTo(ranksOf(fit)).map((k) => [k, ...both(byRank.map((r2) => r2[k]!))] as const),
    },
  };
}

/** On the processor where that takes no longer than one waits, else on the GPU. */
export function solveLinear(
  engine: EngineContract,
  moments: Moments,
  rank: number,
  ridge?: number,
  signal?: AbortSignal,
): Promise<LinearFit> {
  if (engine.model.width <= MOST_WIDTH) return unhurried(fitLinear(moments, ridge), signal);
  return fitWide(moments, rank, ridge, {
    square: (width, values) => engine.square(width, values),
    run: (steps) => unhurried(steps, signal),
    signal,
  });
}

const CLOSED: Readonly<
  Record<Exclude<RecoverSettings['method'], 'linear' | 'merged'>, (moments: Moments, ridge?: number) => RecoveryModule>
> = { mean: fitMean, diagonal: fitDiagonal, scale: fitScale };

const both = (values: readonly number[]) => values as unknown as readonly [number, number?];
