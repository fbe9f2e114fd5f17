import type { Step } from '../../store/prompt';
import { percent } from '../../words/format';
import css from './prompt.module.css';

/** Candidates that fit beside the text without crowding it. */
const SHOWN = 6;

/** Spaces and line ends are part of tokens: shown, since two tokens may differ in nothing else. */
const visible = (text: string) => text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥') || '(empty)';

/** What a model would have liked to write at one step, likeliest first. */
export function NextTokens({ step, label, look }: { step: Step | undefined; label: string; look: 'full' | 'pruned' }) {
  if (!step) return <p className="small soft">This text is shorter.</p>;
  return (
    <ol className={css.next} aria-label={label}>
      {step.top.slice(0, SHOWN).map((c) => (
        <li key={c.id} className={c.id === step.id ? css.taken : undefined}>
          <code>{visible(c.text)}</code>
          <span className={css.bar}>
            <i className={css[look]} style={{ width: `${100 * c.probability}%` }} />
          </span>
          <span>{percent(c.probability)}</span>
        </li>
      ))}
    </ol>
  );
}
