import type { Facts } from '../../words/lessons/facts';
import type { Guess } from '../../words/lessons/lesson';
import css from './present.module.css';

const LETTERS = ['A', 'B', 'C', 'D'];

/** What a class votes on with raised hands, and which it was. */
export function Poll({ guess, facts, done }: { guess: Guess; facts: Facts; done: boolean }) {
  const right = guess.right(facts);
  if (!('choices' in guess)) {
    return (
      <p className={css.poll}>
        {guess.question(facts)}: <strong>{done ? `${right.toFixed(1)}%` : '?'}</strong>
      </p>
    );
  }
  return (
    <div className={css.poll}>
      <p>{guess.question(facts)}</p>
      <ol>
        {guess.choices.map((choice, i) => (
          <li key={choice} data-right={done && i === right} data-wrong={done && i !== right}>
            <b aria-hidden="true">{LETTERS[i]}</b> {choice}
            {done && i === right && <span className="visually-hidden"> (the answer)</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
