/** A pruned model as files of its own. Plain data, but for the browser's handle of a folder. */
import type { CardFacts } from '../../exports/checkpoint/card';
import type { CheckpointForm } from '../../exports/checkpoint/plan';
import type { WrittenCheckpoint } from '../../exports/checkpoint/write';
import type { ModelRequest } from './model';
import type { Pruning } from './pruning';

/** Where the browser's own files keep an export until it is downloaded. */
export const EXPORT_FOLDER = 'lopper-export';

/** Where the files go. */
export type ExportPlace =
  /** Node only: a folder that is not there yet, or empty. */
  | { readonly kind: 'folder'; readonly path: string }
  /** A folder that a person picked: the files go into one of that name in it. */
  | { readonly kind: 'picked'; readonly directory: FileSystemDirectoryHandle; readonly name: string }
  /** The browser's own files, to be downloaded from there. */
  | { readonly kind: 'kept' };

export interface ExportRequest {
  /** The open one where left out; it need not be open, and no device is asked. */
  readonly model?: ModelRequest;
  readonly pruning: Pruning;
  /** A checkpoint, or a GGUF of a GGUF; where left out, what the model itself is. */
  readonly form?: CheckpointForm | 'gguf';
  readonly to: ExportPlace;
  readonly facts?: CardFacts;
}

export type ExportReport = WrittenCheckpoint;
