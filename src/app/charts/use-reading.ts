import { type PointerEvent, useRef } from 'react';

interface Reading<P> {
  /** What is read now. */
  readonly at: P | undefined;
  /** What lies under the pointer. */
  under(e: PointerEvent): P | undefined;
  same(a: P | undefined, b: P | undefined): boolean;
  show(place: P | undefined): void;
  apply?(place: P): void;
}

/**
 * The handlers of a chart that is read place by place: under a mouse as it moves, under a finger as it taps. A click
 * applies what is read; a finger's first tap on a place only reads it, the second applies it.
 */
export function useReading<P>({ at, under, same, show, apply }: Reading<P>) {
  const readFirst = useRef(false);
  return {
    onPointerDown(e: PointerEvent) {
      const place = under(e);
      readFirst.current = e.pointerType === 'touch' && !same(place, at);
      show(place);
    },
    onPointerMove: (e: PointerEvent) => e.pointerType !== 'touch' && show(under(e)),
    onPointerLeave: (e: PointerEvent) => e.pointerType !== 'touch' && show(undefined),
    onBlur: () => show(undefined),
    onClick: () => !readFirst.current && at && apply?.(at),
  };
}
