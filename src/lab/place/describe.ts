import type { ModelFiles } from '../../formats/bytes';
import { fingerprint } from '../../formats/fingerprint';
import { openWeights } from '../../formats/safetensors';
import type { TensorMap } from '../../formats/tensor';
import { parseConfig } from '../../model/config';
import { describe as specOf } from '../../model/describe';
import type { ModelSpec } from '../../model/spec';
import { countParameters, kvBytesPerTokenPerBlock } from '../../pruning/savings';
import type { ModelFacts } from '../contract';

/** What a model is, from its config and its weights' headers: as fast for a large one as for a small one. */
export async function describeModel(files: ModelFiles, signal?: AbortSignal): Promise<ModelFacts> {
  const config = parseConfig(await files.text('config.json', signal));
  const tensors = await openWeights({ ...files, open: files.peek ?? files.open }, signal);
  return factsOf({
    files,
    spec: specOf(config, tensors),
    tensors,
    fingerprint: await fingerprint(tensors, signal),
    hasTokenizer: await files.has('tokenizer.json', signal),
  });
}

/** A model's facts, once its files are read. */
export function factsOf(read: {
  readonly files: ModelFiles;
  readonly spec: ModelSpec;
  readonly tensors: TensorMap;
  readonly fingerprint: string;
  readonly hasTokenizer: boolean;
}): ModelFacts {
  const { files, spec, tensors, fingerprint, hasTokenizer } = read;
  const { architecture, modelType, blocks, width, heads, kvHeads, vocabulary, context, dtype } = spec;
  const used = [...spec.shapes.keys()].map((name) => tensors.get(name)!);
  return {
    id: files.id,
    revision: files.revision,
    ...{ architecture, modelType, blocks, width, heads, kvHeads, vocabulary, context, dtype },
    ...countParameters(spec),
    kvBytesPerTokenPerBlock: kvBytesPerTokenPerBlock(spec, Float32Array.BYTES_PER_ELEMENT),
    fingerprint,
    hasTokenizer,
    weightBytes: used.reduce((sum, { start, end }) => sum + end - start, 0),
  };
}
