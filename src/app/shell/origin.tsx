import type { Origin } from '../store/state';
import { useApp } from '../store/store';

/** An adapter without its driver's versions, which the hint keeps. */
const brief = (adapter: string) => adapter.split(/[:(]/)[0]!.trim();

/** Says where a number comes from, wherever one is shown; `text` is the calibration text it was measured on. */
export function OriginNote({ origin, text }: { origin: Origin | undefined; text?: string }) {
  const present = useApp((s) => s.calibration.source);
  if (!origin) return null;
  return (
    <span className="small soft" title={origin.adapter}>
      {origin.kind === 'shipped'
        ? `Shipped with Lopper (${brief(origin.adapter)})`
        : `Computed here on ${brief(origin.adapter)}`}
      {text !== undefined && text !== present && `, on another text: ${text}`}
    </span>
  );
}
