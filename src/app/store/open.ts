import { DEFAULT_HOST } from '../../formats/hub-defaults';
import type { HowOpened, ModelReport, NormsReport, PlanReport, TokenInfluenceReport } from '../../lab/contract';
import type { Sublayer } from '../../model/units';
import type { Link } from '../../pruning/link';
import { type Mask, makeMask } from '../../pruning/mask';
import { noScores, type Scores } from './benchmarks';
import { noTraining, type Training } from './growth';
import type { InfluenceReports } from './influence';
import { type Losses, noLosses } from './losses';
import { type MaskHistory, startHistory } from './mask-history';
import type { Measured } from './measured';
import type { PrecisionCost } from './precision';
import type { Writing } from './prompt';
import type { Recoveries } from './recovery';
import type { Chosen, Shelf } from './shelf';
import { nothingTrained, type Trainings } from './training';

export type ModelSource =
  | { readonly kind: 'bundled' }
  | { readonly kind: 'files'; readonly name: string }
  /** No weights: what was measured beforehand. */
  | { readonly kind: 'results'; readonly name: string }
  | {
      readonly kind: 'hub';
      readonly repo: string;
      readonly revision: string;
      readonly host: string;
      /** The GGUF that is meant, where there are several. */
      readonly file?: string;
    };

/** Whether two models come from the same place. A link may leave the host to the page. */
export function sameSource(one: ModelSource, other: Link['model'] & object): boolean {
  if (one.kind !== 'hub' || other.kind !== 'hub') return one.kind === other.kind;
  const { repo, revision, host, file } = other;
  const samePlace = one.repo === repo && one.revision === revision && one.host === (host ?? DEFAULT_HOST);
  return samePlace && one.file === file;
}

export interface OpenModel {
  readonly source: ModelSource;
  readonly report: ModelReport;
  /** False while only the shipped results are there: nothing can be computed on it yet. */
  readonly loaded: boolean;
  /** What was asked to stay in GPU memory, where a person chose that. */
  readonly stay?: HowOpened['stay'];
}

/** The open model with all that belongs to it: replaced whole where another is opened. */
export interface Open extends Losses, Scores, Training, Writing, Recoveries, Trainings {
  /** None until the page has heard of one. */
  readonly model?: OpenModel;
  readonly masks: MaskHistory;
  /** No strategy drops these. */
  readonly locked: readonly Sublayer[];
  readonly shelf: Shelf;
  /** The mask that was chosen last, not clicked together. */
  readonly chosen?: { readonly mask: Mask; readonly how: Chosen };
  readonly influence: InfluenceReports;
  readonly norms?: Measured<NormsReport>;
  readonly plan?: Measured<PlanReport>;
  /** Of weights made smaller while loading. */
  readonly precisionCost?: PrecisionCost;
  /** `text` is the text itself. */
  readonly tokenInfluence?: Measured<TokenInfluenceReport>;
}

/** A model of which nothing is known yet but what it is; nothing is dropped. */
export const justOpened = (model?: OpenModel): Open => ({
  model,
  masks: startHistory(makeMask(model?.report.blocks ?? 0)),
  locked: [],
  shelf: [],
  influence: [],
  ...noLosses,
  ...noScores,
  ...noTraining,
  ...nothingTrained,
});
