import type { Candidate } from '../../lab/contract';
import type { Mask } from '../../pruning/mask';
import type { Origin } from './measured';
import type { Pace } from './pace';
import type { Recovered } from './recovery';

export interface PromptSettings {
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  readonly maxTokens: number;
}

export interface PromptState {
  readonly prompt: PromptSettings;
  /** A mask of the shelf that stands in the full model's place: see `againstOf`. */
  readonly against?: Mask;
}

/** What stands in the field of a fresh page. */
export const FIRST_PROMPT = 'Rosie was a brave girl. Rosie lived beside';

export const promptAtFirst: PromptState = {
  prompt: { prompt: FIRST_PROMPT, temperature: 0, seed: 1, maxTokens: 60 },
};

export interface Step {
  readonly id: number;
  /** What this token added to the text. */
  readonly piece: string;
  readonly top: readonly Candidate[];
}

export interface Continuation {
  readonly text: string;
  readonly steps: readonly Step[];
  readonly stopped?: 'end' | 'length' | 'context';
  readonly promptTokens?: number;
  readonly tokensPerSecond?: number;
}

export interface Generation {
  readonly prompt: string;
  readonly mask: Mask;
  /** Absent where it was written here. */
  readonly origin?: Origin;
  /** What the first of them leaves out, where it is not the full model. */
  readonly against?: Mask;
  readonly full: Continuation;
  readonly pruned: Continuation;
  /** With what stands in for what is dropped, where something does. */
  readonly recovered?: Continuation & {
    readonly name: string;
    /** Of what stands in, as it was then. */
    readonly modules: Recovered['modules'];
    readonly strength: number;
  };
}

export interface Speed {
  readonly mask: Mask;
  readonly pace: Pace;
  /** Beside the full model's too, the recovered one's: with these modules. */
  readonly recovered?: { readonly modules: Recovered['modules']; readonly pace: Pace };
  readonly origin: Origin;
}

/** What the open model wrote, and how fast. */
export interface Writing {
  readonly generation?: Generation;
  readonly speed?: Speed;
}
