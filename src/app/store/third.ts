/** The third model: what is dropped, with what stands there. */
import { sameMask } from '../../pruning/mask';
import type { Recovered } from './recovery';
import { maskOf } from './select';
import type { AppState } from './state';

/** What stands in for the mask in force, where something was fitted for it. */
export function recoveredOf(s: AppState): Recovered | undefined {
  const { recovered } = s.open;
  return recovered && sameMask(recovered.mask, maskOf(s)) ? recovered : undefined;
}

/** The third model, where there is one. */
export const thirdOf = (s: AppState): Recovered | undefined => {
  const recovered = recoveredOf(s);
  return recovered?.applied ? recovered : undefined;
};
