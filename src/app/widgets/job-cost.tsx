import { useEffect, useState } from 'react';
import { canMeasure } from '../store/measuring';
import { duration } from '../words/format';
import { useApp } from './use-app';

/** Settings rest this long before anyone is asked, milliseconds. */
const REST_MS = 400;
/** Nobody wonders about less, seconds. */
const WORTH_A_WORD = 2;

interface Props {
  /** Names all that decides the cost: it is asked anew where this is another. */
  readonly of: string;
  /** Seconds. */
  ask(): Promise<number | undefined>;
}

/** What a long job would take, beside the button that starts it: "about 20 s". Asked while nothing else is computed. */
export function JobCost({ of, ask }: Props) {
  const [known, setKnown] = useState<{ readonly of: string; readonly seconds?: number }>();
  const text = useApp((s) => s.calibration);
  const model = useApp((s) => s.open.model?.report.fingerprint);
  const idle = useApp((s) => canMeasure(s) && Object.keys(s.jobs).length === 0);
  const key = `${of} ${model} ${text.source} ${text.text.length} ${text.seqLen} ${text.windows}`;
  const isKnown = known?.of === key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked is named by the key.
  useEffect(() => {
    if (!idle || isKnown) return;
    let wanted = true;
    const timer = setTimeout(async () => {
      const seconds = await ask();
      if (wanted) setKnown({ of: key, seconds });
    }, REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key, idle, isKnown]);
  if (!isKnown || known.seconds === undefined || known.seconds < WORTH_A_WORD) return null;
  return <span className="small soft">about {duration(known.seconds)}</span>;
}
