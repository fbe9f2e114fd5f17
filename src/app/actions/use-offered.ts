import { useEffect, useMemo } from 'react';
import { useApp } from '../store/store';
import { type OfferedGroup, offeredTasks } from './offered';
import { showSets } from './official-sets';

/** The tasks that can be asked now; looks which official sets are on this machine. */
export function useOffered(): OfferedGroup[] {
  const officialSets = useApp((s) => s.officialSets);
  const ownItems = useApp((s) => s.ownItems);
  useEffect(() => void showSets(), []);
  return useMemo(() => offeredTasks({ officialSets, ownItems }), [officialSets, ownItems]);
}
