import type { TensorInfo, TensorMap } from '../formats/tensor';
import { ARCHITECTURES } from './architectures';
import type { ModelConfig } from './config';

/** A config and its tensors with one answer to which matrix the output head is. */
export interface SettledHead {
  readonly config: ModelConfig;
  readonly tensors: TensorMap;
  readonly note?: string;
}

/** Two heads are compared in pieces spread over them: one that was trained apart differs in every one. */
const PIECES = 8;
const PIECE_BYTES = 64 * 2 ** 10;

/**
 * Which matrix the output head is, where config.json and the files disagree, as transformers 5 and vLLM decide it: a head
 * that is stored and is not the embedding is used, whatever the config says; where none is stored the embedding is; and of
 * two tied tensors one is enough.
 */
export async function settleHead(config: ModelConfig, tensors: TensorMap, signal?: AbortSignal): Promise<SettledHead> {
  const parts = untied(config, tensors);
  const [embedding, head] = [tensors.get(parts.embedding), tensors.get(parts.head)];
  if (!embedding && head && config.tied) return { config, tensors: new Map([...tensors, [parts.embedding, head]]) };
  if (config.tied && embedding && head) {
    if (await sameBytes(embedding, head, signal)) return { config, tensors: without(tensors, parts.head) };
    const note = `config.json says that the output head is the embedding, but another is stored (${parts.head}): it is used.`;
    return { config: { ...config, tied: false }, tensors, note };
  }
  if (!config.tied && embedding && !head) {
    const note = `config.json does not tie the output head to the embedding (tie_word_embeddings), but no ${parts.head} is stored: the embedding is used.`;
    return { config: { ...config, tied: true }, tensors, note };
  }
  return { config, tensors };
}

const untied = (config: ModelConfig, tensors: TensorMap) =>
  ARCHITECTURES[config.modelType].parts({ ...config, tied: false, ffnWidth: config.ffnWidth ?? 1 }, (name) =>
    tensors.has(name),
  );

/** The name that an output head goes by, whether the config ties it or not. */
export const headOf = (config: ModelConfig, tensors: TensorMap): string => untied(config, tensors).head;

/** A copy of the embedding is not passed over: it is the embedding. */
const without = (tensors: TensorMap, head: string): TensorMap =>
  new Map([...tensors].filter(([name]) => name !== head));

async function sameBytes(a: TensorInfo, b: TensorInfo, signal?: AbortSignal): Promise<boolean> {
  const size = a.end - a.start;
  if (size !== b.end - b.start || a.dtype !== b.dtype) return false;
  if (a.source === b.source && a.start === b.start) return true;
  for (let piece = 0; piece < PIECES; piece++) {
    const at = Math.floor((Math.max(0, size - PIECE_BYTES) * piece) / (PIECES - 1));
    const end = Math.min(size, at + PIECE_BYTES);
    const [x, y] = await Promise.all([
      a.source.read(a.start + at, a.start + end, signal),
      b.source.read(b.start + at, b.start + end, signal),
    ]);
    if (x.some((byte, i) => byte !== y[i])) return false;
  }
  return true;
}
