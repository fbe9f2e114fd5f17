import type { ModelFiles } from '../formats/bytes';
import type { Shelf } from '../formats/shelf';
import type { ModelRequest } from './contract';

/** What the lab needs from where it runs: a page's worker or Node. */
export interface Environment {
  /** Where WebGPU is; undefined where there is none. Asked again after a device was lost. */
  webgpu(): Promise<GPU | undefined>;
  /**
   * The files a request names; `onNote` is told what people should know of how they are kept. Throws `file-missing`, and
   * `usage` for a kind that cannot be had here.
   */
  files(request: ModelRequest, onNote: (note: string) => void): Promise<ModelFiles>;
  /** Where small things are kept from one visit to the next; undefined where nothing can be. */
  settings(): Promise<Shelf | undefined>;
  /** Text of a file shipped with Lopper, by its path under `public/`. Throws `file-missing`. */
  bundledText(path: string, signal?: AbortSignal): Promise<string>;
}
