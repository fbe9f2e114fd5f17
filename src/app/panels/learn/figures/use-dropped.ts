import { formatDropList } from '../../../../pruning/drop-list';
import { isOnKnownText } from '../../../store/beforehand';
import { maskOf } from '../../../store/select';
import { verdictOf } from '../../../store/verdict';
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

/** What is dropped now adds to Sapling's loss on the text that the facts are of; undefined where no one has measured it. */
export function useAdded(facts: Facts): number | undefined {
  const here = useApp((s) =>
    s.open.model?.source.kind === 'bundled' && isOnKnownText(s) ? verdictOf(s).change : undefined,
  );
  const dropped = useDropped();
  return here ?? known(() => facts.added(dropped));
}
