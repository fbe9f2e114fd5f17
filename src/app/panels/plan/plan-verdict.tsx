import type { PlanReport } from '../../../lab/contract';
import { bestSingle } from '../../../lab/contract/best-single';
import { holdsZero } from '../../../pruning/paired-loss';
import { fixed, plural, signed, upperFirst } from '../../words/format';
import { budgetWords, fewWays, wayWords } from '../../words/plan';
import { droppedWords } from '../../words/units';
import css from './plan.module.css';

/** How the best was found, how far the sum of single costs was from the truth, and what it was held against. */
export function PlanVerdict({ report }: { readonly report: PlanReport }) {
  const { best, points, budgets, within, rivals, judged, work, notes, partial } = report;
  const asked = budgetWords(budgets);
  if (best === undefined) return <p className={css.about}>Nothing found yet {asked}.</p>;
  const point = points[best]!;
  const { chosen } = points[0]!;
  const single = bestSingle(report);
  return (
    <div className={css.about}>
      <p>
        {within ? 'The best found' : 'Nothing found reaches all of it; the nearest to a mask'} {asked}:{' '}
        <strong>without {droppedWords(point.dropped)}</strong>. Found by {fewWays(point.ways)}. Where it was chosen it
        adds {signed(point.chosen - chosen, 3)}; what its layers add alone sums to {signed(point.sum, 3)}.
        {single &&
          ` Where it is judged the best single strategy (${wayWords(single.way)}) costs ${fixed(Math.abs(single.more), 3)} ${single.more < 0 ? 'less' : 'more'} (95%: ${signed(single.interval[0], 3)} to ${signed(single.interval[1], 3)}${holdsZero(single.interval) ? ', may be chance' : ''}).`}
        {partial && ' The search was not ended: the best so far.'}
      </p>
      {rivals.length > 0 && (
        <details>
          <summary>Held against {plural(rivals.length, 'other way')}</summary>
          <ul>
            {rivals.map(({ way, point: p, more, interval }) => (
              <li key={wayWords(way)}>
                {upperFirst(wayWords(way))}: {signed(more, 3)} beside it (95%: {signed(interval[0], 3)} to{' '}
                {signed(interval[1], 3)}), without {droppedWords(points[p]!.dropped)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="small soft">
        {plural(work.masks, 'mask')} measured in {plural(Math.round(work.passes), 'pass', 'passes')}; one by one it were{' '}
        {fixed(work.alone, 0)}. {judged ? 'Chosen on the even windows, judged on the odd ones.' : ''} {notes.join(' ')}
      </p>
    </div>
  );
}
