import { type Origin, originWords } from '../store/measured';
import { useApp } from './use-app';

/** Says where a number comes from, wherever one is shown; `text` is the calibration text it was measured on. */
export function OriginNote({ origin, text }: { origin: Origin | undefined; text?: string }) {
  const present = useApp((s) => s.calibration.source);
  if (!origin) return null;
  return (
    <span className="small soft" title={origin.adapter}>
      {originWords(origin)}
      {text !== undefined && text !== present && `, on another text: ${text}`}
    </span>
  );
}
