import { whole } from '../format';
import { originWords } from '../store/select';
import type { Origin } from '../store/state';

/** Where a chart's numbers come from. */
export interface Provenance {
  readonly model: string;
  /** The calibration text, or the prompt. */
  readonly text: string;
  readonly tokens: number;
  /** Of what was drawn at random. */
  readonly seed?: number;
  readonly origin: Origin;
  /** What else decides the numbers: "48 permutations", "relative to the output". */
  readonly notes?: readonly string[];
}

/** All of it as one line, the same under a chart and in its image. */
export function provenanceLine({ model, text, tokens, seed, origin, notes = [] }: Provenance): string {
  const parts = [model, `${text}, ${whole(tokens)} tokens`, ...(seed === undefined ? [] : [`seed ${seed}`]), ...notes];
  return `${originWords(origin)}. ${parts.join(' · ')}`;
}
