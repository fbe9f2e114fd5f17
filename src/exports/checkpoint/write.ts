import { throwIfCancelled } from '../../errors';
import type { ModelFiles } from '../../formats/bytes';
import type { Mask } from '../../pruning/mask';
import type { Placed } from '../../recovery/module';
import { ahead, type Bytes, fileBytes } from './bytes';
import { type CardFacts, cardOf } from './card';
import { writeConfig } from './config';
import { HOOK_SCRIPT, HOOK_TENSORS, hookScript, hookTensors } from './hook';
import { type CheckpointBase, type CheckpointForm, type CheckpointPlan, planCheckpoint } from './plan';
import { indexOf, SHARD_BYTES, shardsOf } from './shards';
import type { ExportTarget } from './target';

/** What is exported: a model's files, read, and what is left out and put there. */
export interface CheckpointRequest {
  readonly base: CheckpointBase & { readonly files: ModelFiles };
  readonly mask: Mask;
  readonly modules?: readonly Placed[];
  readonly form?: CheckpointForm;
  /** For the model card. */
  readonly facts?: CardFacts;
  /** Bytes of a file at most; 5 GB. */
  readonly shardBytes?: number;
}

/** A file that was written. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
}

export interface WrittenCheckpoint extends Pick<CheckpointPlan, 'kept' | 'folded' | 'notes'> {
  readonly files: readonly WrittenFile[];
  /** What stands in and is beside the weights, `attn:3`. */
  readonly beside: readonly string[];
}

/** Files that go along as they are, where the base has them. */
const ALONG = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'vocab.txt',
  'tokenizer.model',
  'chat_template.jinja',
  'generation_config.json',
  'LICENSE',
  'LICENSE.txt',
  'NOTICE',
];

/**
 * Writes a pruned checkpoint, the weights from file to file a few megabytes at a time. Where it fails or is cancelled, nothing is
 * left in the folder. `onBytes`: of weights, how many are written, of how many.
 */
export async function writeCheckpoint(
  { base, mask, modules, form = 'zeroed', facts = {}, shardBytes = SHARD_BYTES }: CheckpointRequest,
  target: ExportTarget,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (done: number, total: number) => void } = {},
): Promise<WrittenCheckpoint> {
  const plan = planCheckpoint(base, mask, modules, form);
  const shards = shardsOf(plan.tensors, shardBytes);
  const total = shards.reduce((sum, { bytes }) => sum + bytes, 0);
  const files: WrittenFile[] = [];
  let done = 0;
  const put = async (name: string, pieces: AsyncIterable<Bytes> | Iterable<Bytes>, counts = false) => {
    let bytes = 0;
    const file = await target.create(name);
    try {
      for await (const piece of ahead(pieces)) {
        throwIfCancelled(signal);
        await file.write(piece);
        bytes += piece.length;
        if (!counts) continue;
        done += piece.length;
        onBytes?.(Math.min(total, done), total);
      }
    } finally {
      await file.close();
    }
    files.push({ name, bytes });
  };
  const putText = (name: string, text: string) => put(name, [new TextEncoder().encode(text)]);
  try {
    for (const { file, tensors } of shards) await put(file, fileBytes(tensors, signal), true);
    const index = indexOf(shards);
    if (index) await putText('model.safetensors.index.json', index);
    for (const name of ALONG) {
      if (!(await base.files.has(name, signal))) continue;
      // Those of a GGUF are made of what is inside it, as texts.
      if (name.endsWith('.json')) await putText(name, await base.files.text(name, signal));
      else {
        const source = await base.files.open(name, signal);
        await put(name, [await source.read(0, source.size, signal)]);
      }
    }
    if (plan.beside.length > 0) {
      await put(HOOK_TENSORS, [hookTensors(plan.beside, base.spec)]);
      await putText(HOOK_SCRIPT, hookScript(base.spec.modelType));
    }
    await putText('README.md', await cardOf(base, mask, plan, form, facts, signal));
    // Last: a folder without it is no model.
    await putText('config.json', writeConfig(plan.config, base.configText));
    throwIfCancelled(signal);
    await target.finish();
  } catch (error) {
    await target.abandon();
    throw error;
  }
  const { kept, folded, notes } = plan;
  return { files, kept, folded, notes, beside: plan.beside.map(({ unit }) => unit) };
}
