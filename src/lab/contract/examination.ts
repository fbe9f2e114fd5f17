/** What the machine can do, and what stands in its way. Plain data. */
import type { ProbeReport } from '../../engine/probe/probe';
import type { Advice } from '../../gpu/advice';
import type { AdapterReport, ModelRequest } from './model';

export type { Advice, ProbeReport };

export interface ExaminationRequest {
  /** Whose disk is read; the open model's where left out, none where none is open. */
  readonly model?: ModelRequest;
}

/** What this runs in, and what is missing. */
export interface Surroundings {
  /** Browser or Node with its version, and what WebGPU is there, where that is known. */
  readonly runtime: string;
  /** Names of all adapters, where they can be listed. */
  readonly adapters: readonly string[];
  /** Which of them computes, from 1 as `--adapter` counts, where that is known. */
  readonly inUse?: number;
  readonly advice: readonly Advice[];
}

/** How quickly a model's weights are read, by way of whatever the system keeps of them. */
export interface DiskRate {
  readonly bytes: number;
  /** GB/s. */
  readonly rate: number;
}

/** A short pass over the open model, and what its reading and multiplying should take at the rates that were measured. */
export interface PassRate {
  readonly tokens: number;
  readonly ms: number;
  readonly expected: number;
}

export interface Examination {
  readonly adapter: AdapterReport;
  readonly surroundings: Surroundings;
  readonly rates: ProbeReport;
  readonly disk?: DiskRate;
  readonly pass?: PassRate;
}
