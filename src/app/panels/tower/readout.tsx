import { sublayerIndex } from '../../../model/units';
import { isDropped } from '../../../pruning/mask';
import { isLocked } from '../../actions/locks';
import { influenceIn, shownValues } from '../../store/influence';
import { maskOf } from '../../store/select';
import { standInsOf, thirdOf } from '../../store/third';
import { useApp } from '../../widgets/use-app';
import { count, short, signedShort, upperFirst } from '../../words/format';
import { METRIC_WORDS } from '../../words/metrics';
import { sublayerName } from '../../words/units';
import css from './tower-panel.module.css';

/** What is known of the sublayer under the pointer or the focus. */
export function Readout() {
  const at = useApp((s) => s.hovered);
  const mask = useApp(maskOf);
  const report = useApp((s) => s.open.model?.report);
  const locked = useApp((s) => s.hovered !== undefined && isLocked(s.open.locked, s.hovered));
  const standIn = useApp((s) => (at && standInsOf(s)?.has(sublayerIndex(at)) ? thirdOf(s)?.name : undefined));
  const influence = useApp((s) => s.open.influence);
  const shown = useApp((s) => s.metric);
  if (!at || !report || at.block >= report.blocks) {
    return (
      <p className={css.readout}>
        A click drops or restores, a drag paints. With Shift, or by its number, the whole block. L locks.
      </p>
    );
  }
  const parameters = (at.kind === 'attn' ? report.attnParameters : report.ffnParameters)[at.block] ?? 0;
  const facts = ([shown, shown === 'loo-loss' ? 'cosine' : 'loo-loss'] as const).flatMap((metric) => {
    const measured = influenceIn(influence, metric, at.kind);
    if (!measured) return [];
    const { short: name, signed: delta } = METRIC_WORDS[metric];
    const value = shownValues(measured)[at.block]!;
    return [`${name} ${delta ? signedShort(value) : short(value)}`];
  });
  const name = sublayerName(at.block, at.kind);
  return (
    <p className={css.readout} key={sublayerIndex(at)}>
      <strong>
        {upperFirst(name)}
        {isDropped(mask, at) && (standIn ? `, dropped: a ${standIn} stands in` : ', dropped')}
        {locked && ', locked'}
      </strong>
      <br />
      {[...facts, `${count(parameters)} parameters`].join(' · ')}
    </p>
  );
}
