import type { MeanUpdatesReport, OnBoth, RecoverReport, RecoverSettings, TrainReport } from '../../lab/contract';
import type { Mask } from '../../pruning/mask';
import type { Placed } from '../../recovery/module';
import { undoneShare } from '../../recovery/undone';
import type { Scored } from './losses';
import type { Measured } from './measured';

/** How the next recovery will be fitted. */
export type RecoveryChoice = Required<
  Pick<RecoverSettings, 'method' | 'fit' | 'rank' | 'splitBlocks' | 'weighted' | 'normed'>
> & {
  readonly skipFirst: boolean;
  /** It is trained, as `training` says, in place of `method`'s closed form. */
  readonly trains: boolean;
};

export interface RecoveryState {
  readonly recovery: RecoveryChoice;
}

export const recoveryAtFirst: RecoveryState = {
  recovery: {
    ...{
      method: 'mean',
      fit: 'sequential',
      rank: 8,
      splitBlocks: false,
      weighted: false,
      normed: false,
      skipFirst: false,
    },
    trains: false,
  },
};

/** Losses at one strength, on the windows that were fitted on and on those held out. */
export interface AtStrength {
  readonly strength: number;
  readonly loss: OnBoth;
}

/** What stands in for a mask's layers: fitted or trained here, or read from a file, of which there is no report. */
export interface Recovered {
  readonly mask: Mask;
  readonly modules: readonly Placed[];
  /** In words: "rank 8", "mean update". */
  readonly name: string;
  readonly measured?: Measured<RecoverReport | TrainReport>;
  /** Of all its modules. */
  readonly strength: number;
  /** Losses that are known: with nothing dropped, with plain removal, and at every strength that was asked. */
  readonly full?: OnBoth;
  readonly pruned?: OnBoth;
  readonly losses: readonly AtStrength[];
  /** It is the third model: beside the full and the pruned one wherever they are. */
  readonly applied: boolean;
  /** On the whole calibration text, where it is applied, at the strength that it has. */
  readonly scored?: Scored & { readonly strength: number };
}

export interface Recoveries {
  readonly recovered?: Recovered;
  /** What every unit adds on average. */
  readonly updates?: Measured<MeanUpdatesReport>;
}

/** Its modules at the strength that it has. */
export const modulesOf = ({ modules, strength }: Pick<Recovered, 'modules' | 'strength'>): Placed[] =>
  modules.map(({ unit, module }) => ({ unit, module: { ...module, strength } }));

/** Its losses at the strength that it has, where they are known. */
export const lossAt = ({ losses, strength }: Pick<Recovered, 'losses' | 'strength'>): OnBoth | undefined =>
  losses.find((at) => at.strength === strength)?.loss;

/** Which of the two texts tells: the one that was not fitted on, where some was held out. */
export const tellingOf = (loss: OnBoth): 0 | 1 => (loss[1] === undefined ? 0 : 1);

/** The share of the damage that is undone on one of the two texts, where all is known and there is damage. */
export function undoneOf({ full, pruned }: Pick<Recovered, 'full' | 'pruned'>, loss: OnBoth, text: 0 | 1) {
  return undoneShare(full?.[text] ?? Number.NaN, pruned?.[text] ?? Number.NaN, loss[text] ?? Number.NaN);
}
