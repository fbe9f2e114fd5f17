import type { EvalAnswer, EvalItem } from '../../../lab/contract';
import { fixed } from '../../words/format';
import { scoreWords } from '../../words/tasks';
import css from './results.module.css';

const MODELS = ['Full', 'Pruned', 'Recovered'] as const;

/** One item with what each model made of it: the choices' log-probabilities, or the answer it wrote. */
export function ItemView({ item, metric }: { item: EvalItem; metric: string }) {
  const { shown, gold, answers } = item;
  return (
    <article className={css.item} aria-label={`Item ${item.index + 1}`}>
      {shown.subject && <p className="small soft">{shown.subject.replaceAll('_', ' ')}</p>}
      <p className={css.question}>{shown.question}</p>
      {shown.choices ? (
        <table className={css.choices}>
          <thead>
            <tr>
              <th scope="col">Choice</th>
              {answers.map((_, m) => (
                <th key={MODELS[m]} scope="col">
                  {MODELS[m]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.choices.map((choice, c) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two choices may read the same; their place is what they are.
              <tr key={c}>
                <th scope="row">
                  {choice}
                  {c === gold && <span className={css.gold}>right answer</span>}
                </th>
                {answers.map((answer, m) => (
                  <td key={MODELS[m]} className={answer.answer === c ? css.taken : undefined}>
                    {answer.scores?.[c] === undefined ? '–' : fixed(answer.scores[c], 3)}
                    {answer.answer === c && <span className="visually-hidden"> chosen</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="small">
          Right answer: <strong>{gold}</strong>
        </p>
      )}
      {shown.choices ? (
        <p className="small soft">
          Log-probability of each choice in nats; the chosen one is framed: the{' '}
          <span title={metric}>{scoreWords(metric)}</span>.
        </p>
      ) : (
        <div className={css.written}>
          {answers.map((answer, m) => (
            <Written key={MODELS[m]} name={MODELS[m]!} answer={answer} />
          ))}
        </div>
      )}
    </article>
  );
}

function Written({ name, answer: { answer, correct, text } }: { name: string; answer: EvalAnswer }) {
  return (
    <section>
      <h4>
        {name}: <strong className={correct ? 'better' : 'worse'}>{String(answer)}</strong>
      </h4>
      <p className={css.text}>{text}</p>
    </section>
  );
}
