import type { ExportTarget } from '../../exports/checkpoint/target';
import type { ModelFiles } from '../../formats/bytes';
import type { DownloadCache } from '../../formats/cache';
import type { HubOptions } from '../../formats/hub';
import type { Shelf } from '../../formats/shelf';
import type { Solve } from '../../pruning/programme';
import type { AdapterReport, ExportPlace, ModelRequest, Surroundings } from '../contract';

/** A place for official benchmark files, by name. */
export interface OfficialPlace {
  /** Text; undefined where there is no such file. */
  read(name: string): Promise<string | undefined>;
  /** Absent where nothing can be kept. */
  write?(name: string, text: string): Promise<void>;
}

/** What the lab needs from where it runs: a page's worker or Node. */
export interface Environment {
  /** Where WebGPU is; undefined where there is none. Asked again after a device was lost. */
  webgpu(): Promise<GPU | undefined>;
  /**
   * The files a request names; `onNote` is told what people should know of how they are kept. Throws `file-missing`, and
   * `usage` for a kind that cannot be had here.
   */
  files(request: ModelRequest, onNote: (note: string) => void): Promise<ModelFiles>;
  /** How a hub is asked: by what, and with which access token. Throws `usage` for what is no host. */
  hub(host: string): HubOptions;
  /** Takes an access token of a host, for all that is asked of it from now on; undefined: forgets it. Throws `usage`. */
  useToken(host: string, token: string | undefined): void;
  /** Bytes that there is room for where downloads are kept; undefined where that is not told. */
  room(): Promise<number | undefined>;
  /** Where small things are kept from one visit to the next; undefined where nothing can be. */
  settings(): Promise<Shelf | undefined>;
  /** Text of a file shipped with Lopper, by its path under `public/`. Throws `file-missing`. */
  bundledText(path: string, signal?: AbortSignal): Promise<string>;
  /** Where downloads are kept; `fetch` where the usual one will not do. */
  downloads(onNote: (note: string) => void): Promise<{ cache: DownloadCache; fetch?: typeof fetch }>;
  /** Where an exported model goes. Throws `usage` for a folder that is not empty, or of a kind that cannot be had here. */
  exportTarget(to: ExportPlace): Promise<ExportTarget>;
  /** What this runs in, and what stands between it and its best; `used`: the adapter that computes, where one does. */
  surroundings(used?: Pick<AdapterReport, 'device' | 'description' | 'software'>): Promise<Surroundings>;
  /** Where official benchmarks are: the first place that has one counts, and what is fetched goes to the first. */
  official(): Promise<readonly OfficialPlace[]>;
  /** What solves integer programmes; fetched when first asked for. */
  solver(): Promise<Solve>;
}
