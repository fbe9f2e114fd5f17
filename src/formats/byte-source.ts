/** A file whose bytes can be read in any order: a local file, a download kept by the browser, a file in Node. */
export interface ByteSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes `[start, end)`, in memory of their own; throws `download-cut` or `file-missing` when they cannot be had. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The same from `start` on until `into` is full, where a source can: of gigabytes that pass through, fresh memory for every piece
   * costs more than reading and writing.
   */
  readInto?(start: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void>;
}
