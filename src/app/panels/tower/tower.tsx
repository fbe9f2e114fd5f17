import { type CSSProperties, useMemo, useRef, useState } from 'react';
import { sublayerIndex } from '../../../model/units';
import { isBlockDropped, isDropped, toDropSet } from '../../../pruning/mask';
import { isLocked } from '../../actions/locks';
import type { Placement } from '../../charts/placement';
import { colourAt } from '../../charts/scale';
import { maskOf } from '../../store/select';
import { standInsOf, thirdOf } from '../../store/third';
import { useApp } from '../../widgets/use-app';
import { short, signedShort } from '../../words/format';
import { Cell } from './cell';
import css from './tower.module.css';
import { usePainting } from './use-painting';
import { type Column, useTowerKeys } from './use-tower-keys';

interface Props {
  readonly blocks: number;
  /** By sublayer in the order of the walk; undefined where nothing has been measured. */
  readonly values: readonly number[] | undefined;
  readonly placement: Placement;
  /** Changes carry their sign. */
  readonly delta: boolean;
}

/** The model as a tower: the residual stream rises from the embedding through a row for each block to the head. */
export function Tower({ blocks, values, placement, delta }: Props) {
  const mask = useApp(maskOf);
  const locked = useApp((s) => s.open.locked);
  const standIns = useApp(standInsOf);
  const standIn = useApp((s) => thirdOf(s)?.name);
  const hovered = useApp((s) => s.hovered);
  const highlighted = useApp((s) => s.highlighted);
  const dropped = useMemo(() => toDropSet(mask), [mask]);
  const marked = useMemo(
    () => new Set([...(hovered ? [hovered] : []), ...(highlighted ?? [])].map(sublayerIndex)),
    [hovered, highlighted],
  );
  const [active, setActive] = useState<{ block: number; column: Column }>({ block: 0, column: 1 });
  const grid = useRef<HTMLDivElement>(null);
  const keys = useTowerKeys(grid, blocks, active, setActive);
  const painting = usePainting(grid, setActive);
  const at = { block: Math.min(active.block, blocks - 1), column: active.column };
  const write = delta ? signedShort : short;

  return (
    <div className={css.tower} data-shrinks style={{ '--blocks': blocks } as CSSProperties}>
      <div className={`${css.row} ${css.end}`}>
        <span className={css.note}>logits</span>
        <div className={css.plate}>final norm and head</div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: see Cell. */}
      <div
        ref={grid}
        className={css.grid}
        role="grid"
        aria-label="Layers of the model, the last block at the top"
        aria-rowcount={blocks}
        {...keys}
        {...painting}
      >
        {Array.from({ length: blocks }, (_, i) => blocks - 1 - i).map((block) => {
          const whole = isBlockDropped(mask, block);
          return (
            // biome-ignore lint/a11y/useSemanticElements: see Cell.
            // biome-ignore lint/a11y/useFocusableInteractive: its cells are.
            <div key={block} role="row" className={css.row}>
              {/* biome-ignore lint/a11y/useSemanticElements: see Cell. */}
              <div
                role="rowheader"
                className={`${css.block} ${whole ? css.blockDropped : ''}`}
                data-block={block}
                tabIndex={at.block === block && at.column === 0 ? 0 : -1}
                aria-label={`Block ${block}, ${whole ? 'dropped' : isPartly(dropped, block) ? 'partly dropped' : 'kept'}`}
                title={`Drop or restore all of block ${block}`}
              >
                {block}
              </div>
              {(['attn', 'ffn'] as const).map((kind) => {
                const found = values?.[sublayerIndex({ block, kind })];
                const value = Number.isFinite(found) ? found : undefined;
                const amount = value === undefined ? undefined : placement.place(value);
                const colour = amount === undefined ? undefined : colourAt(amount);
                return (
                  <Cell
                    key={kind}
                    block={block}
                    kind={kind}
                    dropped={isDropped(mask, { block, kind })}
                    standIn={standIns?.has(sublayerIndex({ block, kind })) ? standIn : undefined}
                    locked={isLocked(locked, { block, kind })}
                    text={value === undefined ? '' : write(value)}
                    amount={amount}
                    background={colour?.background}
                    ink={colour?.ink}
                    tabbable={at.block === block && at.column === (kind === 'attn' ? 1 : 2)}
                    marked={marked.has(sublayerIndex({ block, kind }))}
                  />
                );
              })}
              <span className={css.spine} aria-hidden="true">
                {(['attn', 'ffn'] as const).map((kind) => (
                  <i
                    key={kind}
                    data-kept={!isDropped(mask, { block, kind })}
                    data-stitched={standIns?.has(sublayerIndex({ block, kind })) === true}
                  />
                ))}
              </span>
            </div>
          );
        })}
      </div>
      <div className={`${css.row} ${css.end}`}>
        <span className={css.note}>tokens</span>
        <div className={css.plate}>embedding</div>
      </div>
    </div>
  );
}

const isPartly = (dropped: ReadonlySet<number>, block: number) => dropped.has(2 * block) || dropped.has(2 * block + 1);
