import type { ByteSource } from './byte-source';
import type { TensorMap } from './tensor';

export type { ByteSource } from './byte-source';

export interface ByteProgress {
  readonly file: string;
  readonly done: number;
  /** 0 while the size is not known. */
  readonly total: number;
  /** Which of a model's weight files this is, from 0, and how many there are. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/** The files of one model, in Hugging Face layout, wherever they are. */
export interface ModelFiles {
  /** A hub id, a folder name or `sapling`. */
  readonly id: string;
  readonly revision?: string;
  has(file: string, signal?: AbortSignal): Promise<boolean>;
  /** What lies in the folder, and one level below it as `folder/file`; only where that can be known. */
  list?(): Promise<readonly string[]>;
  /** What a hub says lies in the repository: a request. Undefined where it does not say. */
  catalogue?(signal?: AbortSignal): Promise<readonly string[] | undefined>;
  /** The whole file as text (config, tokenizer, index): UTF-8, or what its byte order mark says. Throws `text-encoding`. */
  text(file: string, signal?: AbortSignal): Promise<string>;
  /** A JSON file that is made here of another format, before it is text; undefined where there is only its text. */
  json?(file: string, signal?: AbortSignal): Promise<object | undefined>;
  /** The file for random access. A remote one is first downloaded and kept. */
  open(file: string, signal?: AbortSignal, onProgress?: (p: ByteProgress) => void): Promise<ByteSource>;
  /** The same for a look at a little of it: a remote one is not downloaded for that. Absent where `open` costs no more. */
  peek?(file: string, signal?: AbortSignal): Promise<ByteSource>;
  /** The same, and undefined where a look would be a download. */
  glance?(file: string, signal?: AbortSignal): Promise<ByteSource | undefined>;
  /** Bytes of a remote file that are here already, whole or in part. */
  held?(file: string, signal?: AbortSignal): Promise<number>;
  /** The tensors by their published names, of files that are not safetensors; `open`: how those are opened. */
  tensors?(open: ModelFiles['open'], signal?: AbortSignal, onProgress?: (p: ByteProgress) => void): Promise<TensorMap>;
  /** Of a GGUF the names of its files, in their order. */
  readonly gguf?: readonly string[];
}
