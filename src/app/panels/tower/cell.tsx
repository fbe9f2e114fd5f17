import { memo } from 'react';
import type { SublayerKind } from '../../../model/units';
import { Icon } from '../../widgets/icons';
import { upperFirst } from '../../words/format';
import { sublayerName } from '../../words/units';
import css from './tower.module.css';

interface Props {
  readonly block: number;
  readonly kind: SublayerKind;
  readonly dropped: boolean;
  /** What stands in its place, in words, where it is dropped and something does. */
  readonly standIn?: string;
  readonly locked: boolean;
  /** The influence as it is written in the cell, '' where none has been measured. */
  readonly text: string;
  /** Its place on the scale, -1 to 1. */
  readonly amount?: number;
  readonly background?: string;
  readonly ink?: string;
  readonly tabbable: boolean;
  readonly marked: boolean;
}

const LOCK_HINTS = ['Lock (L): no strategy and no click drops it', 'Unlock (L)'] as const;

/** One sublayer: its colour and a bar say how much it matters, hatching and a struck number that it is dropped, stitches that something stands in. */
export const Cell = memo(function Cell({
  block,
  kind,
  dropped,
  standIn,
  locked,
  text,
  amount,
  background,
  ink,
  tabbable,
  marked,
}: Props) {
  const name = sublayerName(block, kind);
  const state = !dropped ? 'kept' : standIn ? `dropped, a ${standIn} stands in` : 'dropped';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a grid whose rows run from the bottom up, walked by arrow keys.
    <div
      role="gridcell"
      className={`${css.cell} ${dropped ? css.dropped : ''} ${dropped && standIn ? css.stitched : ''} ${marked ? css.marked : ''}`}
      style={dropped || !background ? undefined : { background, color: ink }}
      data-block={block}
      data-kind={kind}
      tabIndex={tabbable ? 0 : -1}
      aria-keyshortcuts="L"
      aria-label={`${upperFirst(name)}, ${state}${locked ? ', locked' : ''}${text ? `, ${text}` : ''}`}
    >
      <span className={css.value}>{text || '–'}</span>
      {amount !== undefined && (
        <i className={css.amount} data-below={amount < 0} style={{ width: `${100 * Math.abs(amount)}%` }} />
      )}
      <span className={css.lock} data-lock data-locked={locked} aria-hidden="true" title={LOCK_HINTS[locked ? 1 : 0]}>
        <Icon name="lock" />
      </span>
    </div>
  );
});
