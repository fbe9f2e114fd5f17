import type { PlannedTensor } from './plan';

/** Above this a checkpoint is cut, as transformers cuts it: 5 GB, decimal. */
export const SHARD_BYTES = 5e9;

export interface Shard {
  readonly file: string;
  readonly tensors: readonly PlannedTensor[];
  readonly bytes: number;
}

/** The tensors in files of at most so many bytes, but for a tensor that is larger by itself. */
export function shardsOf(tensors: readonly PlannedTensor[], most = SHARD_BYTES): Shard[] {
  const parts: { tensors: PlannedTensor[]; bytes: number }[] = [];
  for (const tensor of tensors) {
    const last = parts.at(-1);
    if (last && last.bytes + tensor.bytes <= most) {
      last.tensors.push(tensor);
      last.bytes += tensor.bytes;
    } else parts.push({ tensors: [tensor], bytes: tensor.bytes });
  }
  const five = (n: number) => String(n).padStart(5, '0');
  return parts.map((part, i) => ({
    ...part,
    file: parts.length === 1 ? 'model.safetensors' : `model-${five(i + 1)}-of-${five(parts.length)}.safetensors`,
  }));
}

/** `model.safetensors.index.json`; undefined where there is one file. */
export function indexOf(shards: readonly Shard[]): string | undefined {
  if (shards.length < 2) return undefined;
  const weight_map = Object.fromEntries(shards.flatMap(({ file, tensors }) => tensors.map(({ name }) => [name, file])));
  const total_size = shards.reduce((sum, { bytes }) => sum + bytes, 0);
  return `${JSON.stringify({ metadata: { total_size }, weight_map }, null, 2)}\n`;
}
