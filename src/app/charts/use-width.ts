import { type RefObject, startTransition, useEffect, useState } from 'react';

/**
 * An element's width in CSS pixels as it changes; 0 until it is on the page. What depends on it is drawn in slices, so
 * that a dozen charts that appear at once do not hold the page still.
 */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    const observer = new ResizeObserver(() => startTransition(() => setWidth(Math.floor(current.clientWidth))));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
