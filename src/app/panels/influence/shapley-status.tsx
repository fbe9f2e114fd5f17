import type { InfluenceReport, Sampling } from '../../../lab/contract';
import type { Measured } from '../../store/measured';
import { fixed, plural, short } from '../../words/format';
import css from './shapley.module.css';

const ENDS: Readonly<Record<NonNullable<Sampling['stopped']>, string>> = {
  exact: 'Every subset has been tried',
  bound: 'Ended: every interval is within the bound',
  stable: 'Ended: the order of the lowest stands still',
  permutations: 'Ended: as many drawn as asked for',
};

interface Props {
  readonly run: Measured<InfluenceReport>;
  readonly running: boolean;
  readonly resumable: boolean;
}

/** How far a sampled metric is, how sure, and whether it adds up. */
export function ShapleyStatus({ run: { report, text }, running, resumable }: Props) {
  const { sampling } = report;
  if (!sampling) return null;
  const { drawn, method, stopped, intervals, efficiency } = sampling;
  const halves = intervals.map(([low, high]) => (high - low) / 2).filter(Number.isFinite);
  return (
    <p className={css.status} data-testid="sampling">
      {stopped ? ENDS[stopped] : running ? 'Running' : 'Paused'}: {plural(drawn, NOUNS[method])}
      {method !== 'exact' && halves.length > 0 && `, widest interval ±${short(Math.max(...halves))}`}.
      {efficiency && (
        <>
          {' '}
          The values sum to {fixed(efficiency.sum)}; full minus nothing is {fixed(efficiency.all - efficiency.none)}.
        </>
      )}
      {!running && !resumable && stopped !== 'exact' && (
        <>
          {' '}
          To go on, set what it was drawn with: {text}, seed {sampling.seed}.
        </>
      )}
    </p>
  );
}

const NOUNS = { exact: 'subset', permutations: 'permutation', subsets: 'subset' } as const;
