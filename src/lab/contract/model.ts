/** A model as it is asked for and as it is told of, and the machine it is on. Plain data. */
import type { AdapterNames } from '../../gpu/adapter-name';
import type { CatalogueModel } from '../../model/catalogue/models';
import type { Precision } from '../../model/precision';
import type { Sublayer } from '../../model/units';

/** How a model is opened. */
export interface HowOpened {
  /** What its weights are made of while loading; default as published. */
  readonly precision?: Precision;
  /**
   * Which of its weights stay in GPU memory: all of them, none but those that every walk begins and ends with, or layers from the
   * bottom up as far as so many bytes go. The others are read anew for each walk. Default: all, if they fit.
   */
  readonly stay?: 'all' | 'none' | number;
}

export type ModelRequest = ModelPlace & HowOpened;

/** Where a model is. `file`: the GGUF that is meant, where there are several. */
export type ModelPlace =
  /** The model that ships with Lopper, or a checkpoint of its training by its step. */
  | { readonly kind: 'bundled'; readonly step?: number }
  /** Files a person picked or dropped: config.json, *.safetensors (and index), tokenizer.json; or *.gguf. */
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[]; readonly file?: string }
  | {
      readonly kind: 'hub';
      readonly repo: string;
      readonly revision: string;
      readonly host: string;
      /** Not kept after use. */
      readonly passing?: boolean;
      readonly file?: string;
    }
  /** Node only. */
  | { readonly kind: 'folder'; readonly path: string; readonly file?: string };

/** What a model's files say of it. */
export interface ModelFacts {
  readonly id: string;
  readonly revision?: string;
  /** As in config.json, e.g. `MistralForCausalLM`. */
  readonly architecture: string;
  readonly modelType: string;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  /** Tokens. */
  readonly context: number;
  readonly dtype: string;
  readonly parameters: number;
  /** Parameters of each sublayer, by block. */
  readonly attnParameters: readonly number[];
  readonly ffnParameters: readonly number[];
  /** KV-cache bytes that one token takes in one block (as f32, which is what the engine keeps). */
  readonly kvBytesPerTokenPerBlock: number;
  /** SHA-256 over the weight files' headers, sizes and a sample of their data; identifies the model in masks and results. */
  readonly fingerprint: string;
  readonly hasTokenizer: boolean;
  readonly weightBytes: number;
  /** What its weights were made of while loading; absent where they are as published. */
  readonly precision?: Exclude<Precision, 'published'>;
  /** Bytes of its weights at each precision that they can be made of; absent where they stay as they are published. */
  readonly bytesAt?: Readonly<Record<Precision, number>>;
  /** Bytes of its tensors by the type they are stored in; not in what was measured by older versions. */
  readonly storedBytes?: Readonly<Record<string, number>>;
  /** What a person should know of how it was opened: "kept in memory only, because ...". */
  readonly notes?: readonly string[];
  /** Sublayers that its config.json lists as dropped, as LLM-Drop does; they are not. */
  readonly listedAsDropped?: readonly Sublayer[];
}

/** A model that is open. */
export interface ModelReport extends ModelFacts {
  /** True when weights pass through GPU memory a few sublayers at a time. */
  readonly streamed: boolean;
  /** Bytes of weights that each walk reads anew; absent where none. */
  readonly streamedBytes?: number;
  /** Of these, bytes at most that are read ahead of the work and wait for the GPU in the memory of the program. */
  readonly aheadBytes?: number;
}

/** Where on a hub a model is looked for. */
export type HubPlace = Pick<ModelPlace & { kind: 'hub' }, 'repo' | 'revision' | 'host'>;

/** What a hub has of a model, to choose from. */
export interface HubListing {
  /** Branches and tags; undefined where the hub does not say, as mirrors of files alone. */
  readonly revisions?: readonly string[];
  readonly files?: readonly { readonly path: string; readonly bytes: number }[];
}

/** What opening a model of a hub would take, known before anything large is downloaded. */
export interface HubLook {
  readonly facts: ModelFacts;
  /** Of its weight files: what they come to, and how much of that is here already. */
  readonly bytes: number;
  readonly held: number;
  /** Bytes that there is room for; undefined where that is not told. */
  readonly room?: number;
}

/** How a model of the catalogue would fare on this machine, at one precision. */
export interface Fit {
  /** Of its weights. */
  readonly bytes: number;
  /** Whether they stay in GPU memory, pass through it, or cannot run here at all; absent where no adapter is known. */
  readonly fits?: 'resident' | 'streamed' | 'no';
  /** Why not. */
  readonly why?: string;
  /** Seconds for a loss and for leave-one-out of all sublayers on 2,048 tokens; absent where no rate was measured yet. */
  readonly loss?: number;
  readonly leaveOneOut?: number;
}

/** A model of the catalogue, appraised. */
export interface Appraisal
  extends Pick<
    CatalogueModel,
    'repo' | 'family' | 'licence' | 'gated' | 'dtype' | 'finding' | 'checkpoints' | 'results'
  > {
  readonly parameters: number;
  readonly blocks: number;
  readonly fits: Readonly<Record<Precision, Fit>>;
}

/** Files that were downloaded from one place and kept. */
export interface KeptDownload {
  /** A model's host, name and revision, or the address of a benchmark's folder. */
  readonly from: string;
  readonly bytes: number;
  /** False where a download was broken off; it goes on from there. */
  readonly complete: boolean;
  /** Some of it is in memory, for want of room, and goes with the page. */
  readonly inMemory?: true;
  /** How it is opened, or gone on with; absent where it is no model. */
  readonly request?: ModelRequest;
}

export interface AdapterReport extends AdapterNames {
  /** True when the "GPU" is a program on the processor (SwiftShader, llvmpipe, WARP). */
  readonly software: boolean;
  readonly features: readonly string[];
  /** The limits that decide what fits, in bytes or counts. */
  readonly limits: Readonly<Record<string, number>>;
  readonly selfTest: {
    readonly passed: boolean;
    readonly cases: number;
    readonly worstError: number;
    readonly milliseconds: number;
    /** When it was passed, ISO 8601: now, or on an earlier visit. */
    readonly at: string;
  };
  /** Matmul variant the start-up measurement chose, with its rate in GFLOP/s. */
  readonly matmul: { readonly variant: string; readonly gflops: Readonly<Record<string, number>> };
}

export interface MemoryReport {
  readonly weights: number;
  readonly activations: number;
  readonly cache: number;
  /** Most of all three together since the model was opened. */
  readonly peak: number;
  /** What a walk's branches may take. */
  readonly budget: number;
  /** Of weights that are streamed: bytes that one pass reads, all that was read since the model was opened, and how long that took. */
  readonly reading?: { readonly bytesPerPass: number; readonly bytes: number; readonly seconds: number };
}
