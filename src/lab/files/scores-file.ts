/** What tasks were asked and what was answered, as the page saves it and reads it back: all of a model's in one file. */
import type { Sublayer } from '../../model/units';
import type { EvalItem, EvalReport, ModelReport } from '../contract';
import { openResultText } from './read-result';
import { RESULT_KINDS } from './result-kinds';

export interface Score {
  readonly report: Omit<EvalReport, 'items'>;
  /** What each of the report’s results leaves out. */
  readonly masks: readonly (readonly Sublayer[])[];
  readonly items?: readonly EvalItem[];
  readonly adapter: string;
  /** That they were measured with. */
  readonly version: string;
}

/** The results in such a file, of this model. Throws `result-invalid`, and where they are of another model. */
export function readScores(
  text: string,
  name: string,
  { id, fingerprint, blocks }: Pick<ModelReport, 'id' | 'fingerprint' | 'blocks'>,
): Score[] {
  const file = openResultText('scores', text, name);
  const { model, results, made_by } = file.check(RESULT_KINDS.scores.schema);
  if (model.weights_sha256 !== undefined && model.weights_sha256 !== fingerprint)
    throw file.refuse(`it is of ${model.id}, whose weights are not those of the open model, ${id}`);
  return results.map(({ masks, items, origin, ...report }) => {
    if (masks.length !== report.results.length || masks.flat().some(({ block }) => block >= blocks))
      throw file.refuse(`the masks of "${report.task}" are not those of its results`);
    return { report, masks, items, adapter: origin.adapter, version: origin.version ?? made_by.lopper };
  });
}
