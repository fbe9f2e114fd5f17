import { formatDropList } from '../../../../pruning/drop-list';
import { maskOf } from '../../../store/select';
import { type Verdict, verdictOf } from '../../../store/verdict';
import { useApp } from '../../../widgets/use-app';
import type { Facts } from '../../../words/lessons/facts';

/** What is dropped now, as a link writes it: '' for nothing. */
export const useDropped = (): string => useApp((s) => formatDropList(maskOf(s).dropped));

/** A fact, or undefined where it did not ship: a student may drop what no one has measured. */
export function known<T>(fact: () => T): T | undefined {
  try {
    return fact();
  } catch {
    return undefined;
  }
}

/** What is dropped now adds to the loss: measured here, or beforehand, or undefined. */
export function useAdded(facts: Facts): number | undefined {
  const verdict: Verdict = useApp(verdictOf);
  const dropped = useDropped();
  return verdict.change ?? known(() => facts.added(dropped));
}
