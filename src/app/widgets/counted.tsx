import { useEffect, useRef, useState } from 'react';

const COUNT_MS = 350;

/** A number that counts to its new value, so that the eye sees which way it went; at once where movement is unwelcome. */
export function Counted({ value, write }: { value: number; write: (value: number) => string }) {
  const [shown, setShown] = useState(value);
  const from = useRef(value);
  useEffect(() => {
    const start = from.current;
    from.current = value;
    if (start === value || !Number.isFinite(start) || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      setShown(value);
      return;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const t = Math.min(1, Math.max(0, (now - began) / COUNT_MS));
      setShown(start + (value - start) * (1 - (1 - t) ** 3));
      if (t < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [value]);
  return <>{write(shown)}</>;
}
