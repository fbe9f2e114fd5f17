import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Sublayer } from '../../../model/units';
import { isDropped, restoreSublayers } from '../../../pruning/mask';
import { dropByHand, isLookingBack, toggleLock } from '../../actions/locks';
import { endPainting, paintMask } from '../../store/masks';
import { maskOf } from '../../store/select';
import { store } from '../../store/store';
import { type Place, sublayersAt, toggleAt } from './use-tower-keys';

/** A finger that rests this long paints; one that moves before scrolls the page. */
const HOLD_MS = 320;

interface Stroke {
  readonly drop: boolean;
  readonly pointer: number;
}

/**
 * Click or tap toggles, a drag paints what the first cell did, Shift takes the whole block. On a touch screen painting
 * starts after a short hold, so that the tower can still be scrolled.
 */
export function usePainting(grid: RefObject<HTMLElement | null>, setActive: (place: Place) => void) {
  const stroke = useRef<Stroke>(undefined);
  const hold = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** The click that follows a stroke has already been answered. */
  const answered = useRef(false);

  useEffect(() => {
    const element = grid.current;
    const stop = (e: Event) => stroke.current && e.preventDefault();
    // React listens passively to touches; only an active listener can hold the page still under a painting finger.
    element?.addEventListener('touchmove', stop, { passive: false });
    const end = () => {
      clearTimeout(hold.current);
      if (!stroke.current) return;
      stroke.current = undefined;
      endPainting();
    };
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    window.addEventListener('blur', end);
    return () => {
      element?.removeEventListener('touchmove', stop);
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
      window.removeEventListener('blur', end);
    };
  }, [grid]);

  const begin = (place: Place, pointer: number, whole: boolean) => {
    answered.current = true;
    if (isLookingBack()) return;
    const targets = sublayersAt(place, whole);
    const drop = !targets.every((s) => isDropped(maskOf(store.getState()), s));
    stroke.current = { drop, pointer };
    paint(targets, drop, true);
  };

  return {
    onPointerDown(e: PointerEvent) {
      const place = placeOf(e.target);
      if (!place || e.button !== 0) return;
      setActive(place);
      answered.current = false;
      if (onLock(e.target)) return;
      if (e.pointerType !== 'touch') return begin(place, e.pointerId, e.shiftKey);
      clearTimeout(hold.current);
      hold.current = setTimeout(() => begin(place, e.pointerId, false), HOLD_MS);
    },
    onPointerMove(e: PointerEvent) {
      const { current } = stroke;
      if (!current || current.pointer !== e.pointerId) return;
      for (const point of e.nativeEvent.getCoalescedEvents?.() ?? [e.nativeEvent]) {
        const place = placeOf(document.elementFromPoint(point.clientX, point.clientY));
        if (place) paint(sublayersAt(place, e.shiftKey), current.drop);
      }
    },
    onPointerOver(e: PointerEvent) {
      const place = placeOf(e.target);
      const [first, ...others] = place ? sublayersAt(place) : [];
      hover(others.length > 0 ? undefined : first);
    },
    onPointerLeave: () => hover(undefined),
    onFocus(e: { target: EventTarget }) {
      const place = placeOf(e.target);
      // However focus came here (a pointer, Tab, a screen reader), the arrow keys go on from it.
      if (place) setActive(place);
      const [first, ...others] = place ? sublayersAt(place) : [];
      hover(others.length > 0 ? undefined : first);
    },
    onClick(e: MouseEvent) {
      // A tap, or a click made by an assistive tool without a pointer.
      const place = placeOf(e.target);
      if (place && onLock(e.target)) toggleLock(sublayersAt(place));
      else if (place && !answered.current) toggleAt(place, e.shiftKey);
      answered.current = false;
    },
    onContextMenu(e: MouseEvent) {
      if (stroke.current) e.preventDefault();
    },
  };
}

function paint(targets: readonly Sublayer[], drop: boolean, first = false): void {
  const mask = maskOf(store.getState());
  const next = drop ? dropByHand(mask, targets, first) : restoreSublayers(mask, ...targets);
  if (next !== mask) paintMask(next);
}

/** The small lock in a cell's corner, which is not for dropping. */
const onLock = (target: EventTarget | null) => target instanceof Element && target.closest('[data-lock]') !== null;

function placeOf(target: EventTarget | null): Place | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-block]') : null;
  if (!cell) return undefined;
  const { kind } = cell.dataset;
  return { block: Number(cell.dataset.block), column: kind === 'attn' ? 1 : kind === 'ffn' ? 2 : 0 };
}

function hover(hovered: Sublayer | undefined): void {
  const before = store.getState().hovered;
  if (before?.block !== hovered?.block || before?.kind !== hovered?.kind) store.setState({ hovered });
}
