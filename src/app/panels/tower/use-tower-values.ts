import { useMemo } from 'react';
import { type Placement, placementOf } from '../../charts/placement';
import { shownValues } from '../../store/influence';
import { influenceOf, momentOf } from '../../store/select';
import { useApp } from '../../widgets/use-app';
import { METRIC_WORDS } from '../../words/metrics';

interface TowerValues {
  /** By sublayer in the order of the walk; undefined where nothing has been measured, or none is to be seen yet. */
  readonly values: readonly number[] | undefined;
  readonly placement: Placement;
  /** Changes carry their sign. */
  readonly delta: boolean;
}

const interleave = (attn: readonly number[], ffn: readonly number[]) => attn.flatMap((v, block) => [v, ffn[block]!]);

/** What the tower's cells say: the measure chosen, or a moment of training; nothing while a lesson waits for a guess. */
export function useTowerValues(): TowerValues {
  const attn = useApp((s) => influenceOf(s, s.metric, 'attn'));
  const ffn = useApp((s) => influenceOf(s, s.metric, 'ffn'));
  const moment = useApp(momentOf);
  const metric = useApp((s) => (momentOf(s) ? s.open.moment!.metric : s.metric));
  const choice = useApp((s) => s.scale);
  const blind = useApp((s) => s.blind);

  const values = useMemo(() => {
    if (blind) return undefined;
    if (moment) return interleave(moment.attn, moment.ffn);
    return attn && ffn && interleave(shownValues(attn), shownValues(ffn));
  }, [blind, attn, ffn, moment]);
  const placement = useMemo(
    () => placementOf(values ?? [], { choice, anchors: METRIC_WORDS[metric].anchors }),
    [values, choice, metric],
  );
  return { values, placement, delta: METRIC_WORDS[metric].signed };
}
