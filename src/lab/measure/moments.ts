import { type Branch, FULL } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { type MomentOptions, momentsOf } from '../../engine/observers/moments';
import type { Observation } from '../../engine/observers/observer';
import { type Stream, streamBefore } from '../../engine/observers/stream';
import { LopperError } from '../../errors';
import { type Sublayer, sublayerIndex, sublayersOf } from '../../model/units';
import type { RecoveredUnit } from '../../recovery/module';
import { type Moments, mergeMoments } from '../../recovery/moments';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';

/** Bytes of streams that are kept of a text; those of more are computed again from the embedding. */
const MOST_KEPT_BYTES = 512 * 2 ** 20;

/** Moments of a unit, as a walk is asked for them. */
export interface MomentsAsked extends MomentOptions {
  readonly unit: RecoveredUnit;
  /** Dropped sublayers right above it, whose part in the stream is asked about too. */
  readonly run?: readonly Sublayer[];
}

const sublayersIn = ({ unit, run = [] }: Pick<MomentsAsked, 'unit' | 'run'>) => [
  ...sublayersOf(unit.kind, unit.block),
  ...run,
];

/** A text's streams before a sublayer, to go on from with whatever agrees below it: by tree, the branch's and the full model's. */
export interface Landing {
  readonly index: number;
  readonly streams: readonly (readonly Stream[])[];
}

export interface ClimbOptions extends RunOptions {
  /** Where to begin; default with the embedding. */
  readonly from?: Landing;
  /** A sublayer before which streams are kept to go on from, below all of what is asked about. */
  readonly keep?: number;
}

type Text = Pick<Calibrated, 'engine' | 'trees'>;

/**
 * Moments of some units in a branch, as many of them in one walk as there is memory for. The walk ends behind the highest.
 * `landing`: where the next one may begin, or this one began. Throws `not-finite`, naming the branch, where a number of one
 * is not, and `text-too-short` where no position counts.
 */
export async function observeMoments(
  { engine, trees }: Text,
  branch: Branch,
  asked: readonly MomentsAsked[],
  { signal, onProgress, from, keep }: ClimbOptions = {},
): Promise<{ seen: Moments[]; landing?: Landing }> {
  const most = Math.max(1, Math.floor(engine.memory().budget / 2 / bytesOf(engine.model.width, engine.maxRows)));
  // Only what is fitted to the full model, or weighted by it, has it walk beside.
  const beside = asked.some(({ target, weighted }) => target === 'full' || weighted);
  const branches = beside && branch.key !== FULL.key ? [branch, FULL] : [branch];
  const keeps = keep !== undefined && keep !== from?.index && keptBytes({ engine, trees }) <= MOST_KEPT_BYTES;
  const kept: Stream[][] = [];
  const found: Moments[] = [];
  for (let first = 0; first < asked.length; first += most) {
    const group = asked.slice(first, first + most);
    const until = 1 + Math.max(...group.flatMap((asked) => sublayersIn(asked).map(sublayerIndex)));
    const parts: Moments[][] = group.map(() => []);
    for (const [t, { tree }] of trees.entries()) {
      const moments = group.map(({ unit, run, ...options }) => ({
        branch: 0,
        ...(branches.length > 1 && { beside: 1 }),
        observer: momentsOf(sublayersIn({ unit, run }), options),
      }));
      const streams =
        keeps && first === 0 ? branches.map((_, branch) => ({ branch, observer: streamBefore(keep) })) : [];
      const { observed } = await engine.walk(tree, branches, {
        observe: [...moments, ...streams] as Observation<Moments | Stream>[],
        ...(from && { from: { index: from.index, streams: branches.map((_, b) => from.streams[t]![b]!) } }),
        ...{ until, signal },
        onProgress: (fraction) => onProgress?.((first + group.length * ((t + fraction) / trees.length)) / asked.length),
      });
      for (const [i, part] of observed.slice(0, group.length).entries()) parts[i]!.push(part as Moments);
      if (streams.length > 0) kept.push(observed.slice(group.length) as Stream[]);
    }
    found.push(...parts.map(mergeMoments));
  }
  if (found.some(({ weight }) => weight === 0)) {
    throw new LopperError(
      'text-too-short',
      'Every position of the text is among the first ones that are left out.',
      'Leave out fewer positions of each window, or give longer windows.',
    );
  }
  if (!found.every(({ t, tt }) => [...t, ...tt].every(Number.isFinite))) throw notFinite(branch);
  // Below the first gap the full model is the branch.
  const landing = keeps ? { index: keep, streams: kept.map(([own, full = own!]) => [own!, full]) } : from;
  return { seen: found, ...(landing && { landing }) };
}

/** What watching one unit takes: its rows, and its products. */
const bytesOf = (width: number, rows: number): number => 8 * width * (rows + width);

/** What the streams of a text take, of a branch and of the full model. */
const keptBytes = ({ engine, trees }: Text): number =>
  trees.reduce((sum, { tree }) => sum + 2 * 4 * tree.rows * engine.model.width, 0);
