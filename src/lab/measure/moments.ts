import { type Branch, FULL } from '../../engine/branch';
import type { RunOptions } from '../../engine/contract';
import { type MomentOptions, momentsOf } from '../../engine/observers/moments';
import { LopperError } from '../../errors';
import { sublayerIndex, sublayersOf } from '../../model/units';
import type { RecoveredUnit } from '../../recovery/module';
import { type Moments, mergeMoments } from '../../recovery/moments';
import { notFinite } from '../running/finite';
import type { Calibrated } from './calibrated';

/** Moments of a unit, as a walk is asked for them. */
export interface MomentsAsked extends MomentOptions {
  readonly unit: RecoveredUnit;
}

/**
 * Moments of some units in a branch, as many of them in one walk as there is memory for. The walk ends behind the highest.
 * Throws `not-finite`, naming the branch, where a number of one is not, and `text-too-short` where no position counts.
 */
export async function observeMoments(
  { engine, trees }: Pick<Calibrated, 'engine' | 'trees'>,
  branch: Branch,
  asked: readonly MomentsAsked[],
  { signal, onProgress }: RunOptions = {},
): Promise<Moments[]> {
  const most = Math.max(1, Math.floor(engine.memory().budget / 2 / bytesOf(engine.model.width, engine.maxRows)));
  const found: Moments[] = [];
  for (let first = 0; first < asked.length; first += most) {
    const group = asked.slice(first, first + most);
    const until = 1 + Math.max(...group.flatMap(({ unit }) => sublayersOf(unit.kind, unit.block).map(sublayerIndex)));
    const parts: Moments[][] = group.map(() => []);
    for (const [t, { tree }] of trees.entries()) {
      const { observed } = await engine.walk(tree, branch.key === FULL.key ? [FULL] : [branch, FULL], {
        observe: group.map(({ unit, ...options }) => ({
          branch: 0,
          ...(branch.key !== FULL.key && { beside: 1 }),
          observer: momentsOf(sublayersOf(unit.kind, unit.block), options),
        })),
        ...{ until, signal },
        onProgress: (fraction) => onProgress?.((first + group.length * ((t + fraction) / trees.length)) / asked.length),
      });
      for (const [i, part] of observed.entries()) parts[i]!.push(part);
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
  return found;
}

/** What watching one unit takes: its rows, and its products. */
const bytesOf = (width: number, rows: number): number => 8 * width * (rows + width);
