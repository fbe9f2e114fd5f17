import { sublayerIndex } from '../../model/units';
import { isDropped } from '../../pruning/mask';
import { count, short, signed } from '../format';
import { influenceOf, maskOf, shownValues } from '../store/select';
import { useApp } from '../store/store';
import { sublayerName } from './sublayer-name';
import css from './tower-panel.module.css';

/** What is known of the sublayer under the pointer or the focus. */
export function Readout() {
  const at = useApp((s) => s.hovered);
  const mask = useApp(maskOf);
  const report = useApp((s) => s.model?.report);
  const cosine = useApp((s) => (s.hovered ? influenceOf(s, 'cosine', s.hovered.kind) : undefined));
  const loo = useApp((s) => (s.hovered ? influenceOf(s, 'loo-loss', s.hovered.kind) : undefined));
  if (!at || !report || at.block >= report.blocks) {
    return (
      <p className={css.readout}>
        Click drops or restores; a drag paints; Shift-click, or the block’s number, takes the whole block.
      </p>
    );
  }
  const parameters = (at.kind === 'attn' ? report.attnParameters : report.ffnParameters)[at.block] ?? 0;
  const facts = [
    cosine && `cosine ${short(shownValues(cosine)[at.block]!)}`,
    loo && `loss without it ${signed(shownValues(loo)[at.block]!)}`,
    `${count(parameters)} parameters`,
  ].filter(Boolean);
  const name = sublayerName(at.block, at.kind);
  return (
    <p className={css.readout} key={sublayerIndex(at)}>
      <strong>
        {name[0]!.toUpperCase()}
        {name.slice(1)}
        {isDropped(mask, at) && ', dropped'}
      </strong>
      <br />
      {facts.join(' · ')}
    </p>
  );
}
