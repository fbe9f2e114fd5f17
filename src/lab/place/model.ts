import type { EngineContract } from '../../engine/contract';
import { Engine, type OpenOptions } from '../../engine/engine';
import { LopperError } from '../../errors';
import type { ModelFiles } from '../../formats/bytes';
import type { TensorMap } from '../../formats/tensor';
import { loadTokenizer, type Tokenizer } from '../../formats/tokenizer';
import { proveTokenizer } from '../../formats/tokenizer-proof';
import type { ModelSpec } from '../../model/spec';
import type { Sublayer } from '../../model/units';
import type { HowOpened, ModelReport } from '../contract';
import { factsOf, type ReadOptions, readConfig, readHeaders } from './describe';
import type { Device } from './device';
import { Speed } from './speed';

/** A model read and checked, its weights still where they lie. Kept, so that it can be put on another device. */
export interface ReadModel {
  readonly files: ModelFiles;
  readonly spec: ModelSpec;
  readonly tensors: TensorMap;
  readonly tokenizer?: Tokenizer;
  /** Tokens that end a text, as the config and the tokenizer name them. */
  readonly eosIds: readonly number[];
  readonly fingerprint: string;
  /** What a person should know of how the files were read. */
  readonly notes: readonly string[];
  /** As its files have it, where its weights are made smaller while loading. */
  readonly published?: Pick<ReadModel, 'spec' | 'tensors'>;
  /** Sublayers that config.json lists as dropped. */
  readonly listedAsDropped: readonly Sublayer[];
  /** Which of its weights stay in GPU memory; by default all, if they fit. */
  readonly stay?: HowOpened['stay'];
}

/** A model on the device, with all that jobs need of it. */
export interface OpenModel extends ReadModel {
  readonly engine: EngineContract;
  /** Of its walks; of the adapter's matmul in the self-test, until one was timed. */
  readonly speed: Speed;
  readonly report: ModelReport;
}

/** Reads a model's small files and its weights' headers, downloading what is not here yet. Throws what they throw. */
export async function readModel(
  files: ModelFiles,
  { signal, onBytes, precision, stay }: ReadOptions & Pick<HowOpened, 'stay'>,
): Promise<ReadModel> {
  const config = await readConfig(files, signal);
  const tokenizer = await loadTokenizer(files, signal);
  const { notes, ...headers } = await readHeaders(config, files, { signal, onBytes, precision });
  const unproved = tokenizer && proveTokenizer(tokenizer);
  return {
    files,
    ...headers,
    notes: unproved ? [...notes, unproved] : notes,
    tokenizer,
    eosIds: [...new Set([...config.eosIds, ...(tokenizer?.eosIds ?? [])])],
    ...(stay !== undefined && { stay }),
  };
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Bytes of weights on the device, of how many. */
  readonly onLoad?: (done: number, total: number) => void;
}

/**
 * Puts a model's weights on the device, proved for it first. Throws `model-too-large`, `out-of-memory`, `cancelled`,
 * `adapter-untrusted`.
 */
export async function loadModel(device: Device, model: ReadModel, { signal, onLoad }: LoadOptions): Promise<OpenModel> {
  const { gpu } = device;
  const { spec, tensors } = model;
  await device.prove(spec);
  const rates = await device.ratesFor(spec);
  const facts = factsOf({ ...model, hasTokenizer: model.tokenizer !== undefined });
  const engine = await Engine.open(gpu, spec, tensors, {
    signal,
    rates,
    ...residencyAsked(model.stay),
    onProgress: (fraction) => onLoad?.(fraction * facts.weightBytes, facts.weightBytes),
  });
  const speed = new Speed(1e9 * Math.max(0, ...Object.values(rates.gflops)));
  const { reading } = engine.memory();
  const streamed = reading && { streamedBytes: reading.bytesPerPass, aheadBytes: reading.ahead };
  return { ...model, engine, speed, report: { ...facts, streamed: engine.streamed, ...streamed } };
}

function residencyAsked(stay: HowOpened['stay']): Pick<OpenOptions, 'streaming' | 'stayBytes'> {
  if (stay === undefined) return {};
  if (typeof stay === 'number') return { stayBytes: stay };
  return { streaming: stay === 'all' ? 'never' : 'always' };
}

/** A model's weights as they are published, a few sublayers at a time in GPU memory: what opens beside another takes little. */
export async function openPublished(
  device: Device,
  { spec, tensors }: NonNullable<ReadModel['published']>,
  signal?: AbortSignal,
): Promise<EngineContract> {
  await device.prove(spec);
  const rates = await device.ratesFor(spec);
  return Engine.open(device.gpu, spec, tensors, { signal, rates, streaming: 'always' });
}

/** The open model's tokenizer. Throws `tokenizer-missing`. */
export function needTokenizer({ tokenizer }: ReadModel): Tokenizer {
  if (tokenizer) return tokenizer;
  throw new LopperError(
    'tokenizer-missing',
    'This model came without a tokenizer, so text cannot be read or written.',
    'Add its tokenizer.json beside the weights, or give token ids.',
  );
}

/** Ids of a text, every one a row of the embedding. Throws `tokenizer-missing` and `tokenizer-invalid`. */
export function encode(model: ReadModel, text: string, options?: { readonly bos?: boolean }): number[] {
  const ids = needTokenizer(model).encode(text, options);
  const { vocabulary } = model.spec;
  const stray = ids.find((id) => id >= vocabulary);
  if (stray === undefined) return ids;
  throw new LopperError(
    'tokenizer-invalid',
    `The tokenizer gave the id ${stray}, but the model's vocabulary is ${vocabulary}.`,
    'Use the tokenizer.json that was published with these weights.',
  );
}

/** What to say when a new model does not fit beside the one that is open; other errors stay as they are. */
export function noRoomForBoth(error: unknown): unknown {
  if (!(error instanceof LopperError) || error.code !== 'out-of-memory') return error;
  return new LopperError(
    'out-of-memory',
    `${error.message} The model that was open is still open, and holds memory too.`,
    'Start Lopper anew and open this model first, or choose a smaller one.',
    { cause: error },
  );
}
