/** What the lab answers about continuing a prompt. Plain data. */
import type { Pruning } from './pruning';

export interface Candidate {
  readonly id: number;
  readonly text: string;
  readonly probability: number;
}

export interface GenerateRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed: number;
  /** Continued side by side, e.g. `[[], dropped]`. */
  readonly masks: readonly Pruning[];
}

export interface GenerateEvent {
  /** Index into `masks`. */
  readonly branch: number;
  readonly id: number;
  /** All text of this branch so far, without the prompt (whole: a token may end inside a character). */
  readonly text: string;
  /** The ten likeliest tokens at this step, the chosen one among them or not. */
  readonly top: readonly Candidate[];
}

export interface GenerateReport {
  readonly branches: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly stopped: 'end' | 'length' | 'context';
    readonly promptTokens: number;
    /** Decoded tokens per second, the prompt not counted. */
    readonly tokensPerSecond: number;
    /** Of each token after the first. Branches take turns, so that steps at the same place met the same machine. */
    readonly stepMilliseconds: readonly number[];
    readonly prefillTokensPerSecond: number;
  }[];
}
