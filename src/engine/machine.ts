import type { Gpu } from '../gpu/gpu';
import type { Recorder } from '../gpu/recorder';
import type { ModelSpec } from '../model/spec';
import type { StoredTypes } from './kernels/compile';
import type { Dispatcher } from './kernels/dispatcher';
import type { Linear, Norm } from './layout';
import type { Modules } from './modules';
import type { Residency } from './residency';
import type { Scratch } from './scratch';

/** A loaded model and everything it runs with. */
export interface Machine {
  readonly gpu: Gpu;
  readonly recorder: Recorder;
  readonly dispatcher: Dispatcher;
  /** The same for decoding, which multiplies few rows in ways of their own: a walk's last bits do not hang on it. */
  readonly decoding: Dispatcher;
  readonly scratch: Scratch;
  readonly spec: ModelSpec;
  readonly types: StoredTypes;
  readonly residency: Residency;
  readonly modules: Modules;
  readonly embedding: Linear;
  readonly positions?: Linear;
  readonly finalNorm: Norm;
  readonly head: Linear;
}
