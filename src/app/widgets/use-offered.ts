import { useEffect, useMemo } from 'react';
import { type OfferedGroup, offeredTasks } from '../actions/offered';
import { showSets } from '../actions/official-sets';
import { useApp } from './use-app';

/** The tasks that can be asked now; looks which official sets are on this machine. */
export function useOffered(): OfferedGroup[] {
  const officialSets = useApp((s) => s.officialSets);
  const ownItems = useApp((s) => s.ownItems);
  useEffect(() => void showSets(), []);
  return useMemo(() => offeredTasks({ officialSets, ownItems }), [officialSets, ownItems]);
}
