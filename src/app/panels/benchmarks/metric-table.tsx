import type { Mean } from '../../../lab/contract';
import type { Evaluation } from '../../store/benchmarks';
import { short } from '../../words/format';
import { scoreWords } from '../../words/tasks';
import shared from './benchmarks.module.css';
import css from './results.module.css';

/** Every other number the field reports for the task, with its n and 95% interval. */
export function MetricTable({ report: { metrics, results } }: { report: Evaluation['report'] }) {
  const names = Object.keys(metrics);
  if (names.length === 0) return null;
  const models = ['Full', 'Pruned', 'Recovered'].slice(0, Math.max(results.length, metrics[names[0]!]!.length));
  return (
    <table className={css.choices} aria-label="Other scores">
      <thead>
        <tr>
          <th scope="col">Score</th>
          {models.map((model) => (
            <th key={model} scope="col">
              {model}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {scoreWords(name)}
            </th>
            {models.map((model, m) => (
              <td key={model}>{metrics[name]![m] && <Value of={metrics[name]![m]} />}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ of: { n, mean, interval } }: { of: Mean }) {
  if (n === 0) return '–';
  return (
    <>
      {short(mean)}
      <span className={shared.unit}>
        {short(interval[0])} to {short(interval[1])}, n = {n}
      </span>
    </>
  );
}
