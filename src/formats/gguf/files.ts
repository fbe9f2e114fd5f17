import { LopperError } from '../../errors';
import type { ByteProgress, ModelFiles } from '../bytes';
import { isDtype, widen } from '../dtypes';
import type { TensorInfo, TensorMap } from '../tensor';
import { configOf, Facts, type FrequencyFactors } from './config';
import { type Container, corrupt, type Metadata, readContainer } from './container';
import { publishedName } from './names';
import { partsOf } from './names-of-files';
import { halvesFromPairs, headsFromKinds, inOrder, type RowOrder, shifted, widened } from './rows';
import { tokenizerFiles } from './tokenizer';
import { checkVocabulary } from './vocabulary';

/** What is made of a GGUF for whoever reads a model in Hugging Face layout. */
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'] as const;
type TokenizerFile = (typeof TOKENIZER_FILES)[number];
const isTokenizerFile = (file: string): file is TokenizerFile => TOKENIZER_FILES.includes(file as TokenizerFile);

/**
 * A model in GGUF among `files`, as if it had been published in Hugging Face layout: a config.json made of its metadata,
 * the tokenizer.json inside it (or the one that lies beside it), tensors under their published names and in their published
 * order. Numbers stay as they are stored. What is read throws as `readContainer` does, and `gguf-corrupt` where the files of
 * a split are not of one model.
 */
export function ggufFiles(files: ModelFiles, name: string): ModelFiles {
  let looked: Promise<GgufModel> | undefined;
  const toLook = files.peek ?? files.open;
  /** A look that fails, or that someone breaks off, is not the last one. */
  const look = (signal?: AbortSignal): Promise<GgufModel> =>
    (looked ??= openModel(name, toLook, signal).catch((error) => {
      looked = undefined;
      throw error;
    }));
  /** What makes a file that is inside; it is made when it is read. */
  const inside = async (file: string, signal?: AbortSignal): Promise<(() => object) | undefined> => {
    if (file === 'config.json') {
      const { config } = await look(signal);
      return () => config;
    }
    if (!isTokenizerFile(file) || (await files.has(file, signal))) return undefined;
    return tokenizerFiles(name, (await look(signal)).metadata)?.[file];
  };
  return {
    ...files,
    gguf: partsOf(name),
    async has(file, signal) {
      return (await inside(file, signal)) !== undefined || files.has(file, signal);
    },
    json: async (file, signal) => (await inside(file, signal))?.(),
    async text(file, signal) {
      const make = await inside(file, signal);
      if (make) return JSON.stringify(make());
      const beside = await files.text(file, signal);
      if (file === 'tokenizer.json') checkVocabulary(name, (await look(signal)).metadata, beside);
      return beside;
    },
    tensors: async (open, signal, onProgress) =>
      (await (open === toLook ? look(signal) : openModel(name, open, signal, onProgress))).tensors,
  };
}

interface GgufModel {
  readonly metadata: Metadata;
  /** By their published names. */
  readonly tensors: TensorMap;
  readonly config: object;
}

async function openModel(
  name: string,
  open: ModelFiles['open'],
  signal?: AbortSignal,
  onProgress?: (progress: ByteProgress) => void,
): Promise<GgufModel> {
  const names = partsOf(name);
  const parts: Container[] = [];
  for (const [index, part] of names.entries()) {
    const shard = names.length > 1 ? { index, count: names.length } : undefined;
    const source = await open(part, signal, (progress) => onProgress?.({ ...progress, shard })).catch((error) => {
      throw index > 0 ? withoutPart(error, name, part, names.length) : error;
    });
    parts.push(await readContainer(source, signal));
  }
  const { metadata } = parts[0]!;
  const stored = names.length > 1 ? together(names, parts) : parts[0]!.tensors;
  const facts = new Facts(name, metadata);
  const tensors = new Map(
    stored.map((tensor) => {
      const published = publishedName(facts.architecture, tensor.name);
      return [published, { ...asPublished(facts, tensor), name: published }];
    }),
  );
  const factors = await factorsOf(tensors, signal);
  for (const factor of Object.values(FACTORS)) tensors.delete(factor);
  return { metadata, tensors, config: configOf(facts, tensors, factors) };
}

/** Tensors that say how positions are stretched, and nothing else does: Llama 3's, and Phi's two. */
const FACTORS = { all: 'rope_freqs.weight', short: 'rope_factors_short.weight', long: 'rope_factors_long.weight' };

async function factorsOf(tensors: TensorMap, signal?: AbortSignal): Promise<FrequencyFactors | undefined> {
  const [all, short, long] = await Promise.all(
    Object.values(FACTORS).map((name) => {
      const tensor = tensors.get(name);
      return tensor && numbersOf(tensor, signal);
    }),
  );
  if (all) return { short: all, long: all };
  return short && long ? { short, long } : undefined;
}

function withoutPart(error: unknown, name: string, part: string, count: number): unknown {
  if (!(error instanceof LopperError) || error.code !== 'file-missing') return error;
  return new LopperError(
    'file-missing',
    `${name} is the first of ${count} files of one model, and ${part} is not there.`,
    'Put all of them into one folder, or choose them together.',
    { cause: error },
  );
}

/** The tensors of a split, all of which must be there. */
function together(names: readonly string[], parts: readonly Container[]): TensorInfo[] {
  const tensors: TensorInfo[] = [];
  const homes = new Map<string, string>();
  for (const [i, { metadata, tensors: own }] of parts.entries()) {
    const [no, count] = [metadata.get('split.no'), metadata.get('split.count')];
    if (no !== i || count !== names.length) {
      throw corrupt(names[i]!, `it says it is file ${no} of ${count} (from 0), not file ${i} of ${names.length}`);
    }
    for (const tensor of own) {
      const home = homes.get(tensor.name);
      if (home) throw corrupt(names[i]!, `it has the tensor ${tensor.name}, which is in ${home} too`);
      homes.set(tensor.name, names[i]!);
      tensors.push(tensor);
    }
  }
  const counted = parts[0]!.metadata.get('split.tensors.count');
  if (counted !== undefined && counted !== tensors.length) {
    throw corrupt(names[0]!, `it counts ${counted} tensors in all its files, which have ${tensors.length}`);
  }
  return tensors;
}

/** Architectures whose queries and keys are stored in pairs of channels (llama.cpp's converter, `permute`). */
const IN_PAIRS = ['llama', 'smollm3', 'granite'];

/** The tensor as Hugging Face has it. GPT-2's matrices stay turned, and say so. */
function asPublished(facts: Facts, tensor: TensorInfo): TensorInfo {
  const { architecture } = facts;
  const part = /^blk\.\d+\.(\w+)\.(weight|bias)$/.exec(tensor.name)?.[1];
  if (tensor.name === 'position_embd.weight') return widened(tensor);
  // The converter adds to Gemma's norms what the model would.
  if (architecture.startsWith('gemma') && tensor.name.endsWith('_norm.weight')) return shifted(tensor, -1);
  if (part === undefined) return tensor;
  if (architecture === 'gpt2' && tensor.shape.length === 2) return { ...tensor, turned: true };
  const heads = facts.number('attention.head_count') ?? 0;
  const order = (rows: number, of: (headDim: number) => RowOrder, count: number) =>
    count > 0 && rows % count === 0 ? inOrder(tensor, of(rows / count)) : tensor;
  const [rows = 0] = tensor.shape;
  if (IN_PAIRS.includes(architecture) && part === 'attn_q') return order(rows, halvesFromPairs, heads);
  if (IN_PAIRS.includes(architecture) && part === 'attn_k') {
    return order(rows, halvesFromPairs, facts.number('attention.head_count_kv') ?? heads);
  }
  if (architecture === 'gptneox' && part === 'attn_qkv') {
    return order(rows, (headDim) => headsFromKinds(heads, headDim), 3 * heads);
  }
  return tensor;
}

async function numbersOf(tensor: TensorInfo, signal?: AbortSignal): Promise<number[]> {
  if (!isDtype(tensor.dtype)) throw corrupt(tensor.source.name, `${tensor.name} is stored as ${tensor.dtype}`);
  return Array.from(widen(await tensor.source.read(tensor.start, tensor.end, signal), tensor.dtype));
}
