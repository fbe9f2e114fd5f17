import type { Continuation } from '../../store/prompt';
import css from './prompt.module.css';

interface Props {
  readonly title: string;
  readonly look: 'full' | 'pruned';
  readonly prompt: string;
  readonly of: Continuation;
  readonly step: number;
  readonly running: boolean;
  onStep(step: number): void;
}

const ENDS = { end: 'ended by itself', length: 'length reached', context: 'context full' } as const;

/** Characters of the prompt that are shown again, so that the sentence can be read whole. */
const TAIL = 90;

const tail = (prompt: string) => (prompt.length > TAIL ? `…${prompt.slice(-TAIL)}` : prompt);

/** A continuation token by token. The slider beside it walks the same steps by keyboard. */
export function ContinuationText({ title, look, prompt, of, step, running, onStep }: Props) {
  const note = [
    of.stopped && ENDS[of.stopped],
    of.tokensPerSecond !== undefined && `${of.tokensPerSecond.toFixed(of.tokensPerSecond < 100 ? 1 : 0)} tokens/s`,
  ].filter(Boolean);
  const pick = (target: EventTarget) => {
    const at = target instanceof HTMLElement ? target.dataset.step : undefined;
    if (at !== undefined) onStep(Number(at));
  };
  return (
    <section className={css.column} aria-label={`${title}: continuation`}>
      <h3 className={css[look]}>
        {title}
        <span className={css.note}>{note.join(', ')}</span>
      </h3>
      {/* biome-ignore lint/a11y/useKeyWithMouseEvents: the step slider does the same by keyboard. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
      <p className={css.text} onMouseOver={(e) => pick(e.target)} onClick={(e) => pick(e.target)}>
        <span className="soft">{tail(prompt)}</span>
        <span data-testid={`${look}-text`}>
          {of.steps.map((s, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its index.
            <span key={i} data-step={i} className={i === step ? css.current : undefined}>
              {s.piece}
            </span>
          ))}
        </span>
        {running && !of.stopped && <span className={css.caret} />}
        {!running && of.steps.length === 0 && <span className="soft">nothing written</span>}
      </p>
    </section>
  );
}
