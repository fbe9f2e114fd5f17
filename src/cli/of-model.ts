import type { ResultModel } from '../lab/files/result-file';
import type { Output, Told } from './command';

/**
 * A result with the model it is of: in JSON, unless it says so itself; and under a table, where its weights were made smaller
 * while loading, since its numbers are not those of the weights as they are published.
 */
export function ofModel({ json, text, ...rest }: Output, model: OfModel): Output {
  const { id, revision, fingerprint, dtype, precision } = model;
  const named = { id, revision, fingerprint, dtype, precision };
  return {
    ...rest,
    json: Object.hasOwn(Object(json), 'model') ? json : { ...Object(json), model: named },
    text: precision ? `${text}\n\nWeights made of ${BITS[precision]} bits while loading: ${dtype}.` : text,
  };
}

/** The same of what is told with a report, of one run or of parts put together. */
export const ofTold = (output: Output, { model, madeBy }: Told): Output =>
  model ? ofModel(output, { ...model, dtype: madeBy.dtype! }) : output;

/** What numbers are of. */
type OfModel = Omit<ResultModel, 'blocks' | 'width'> & { readonly dtype: string };

const BITS = { q8: 8, q4: 4 };
