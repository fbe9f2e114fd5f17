import { useMemo, useState } from 'react';
import type { Evaluation } from '../../store/benchmarks';
import { Choice } from '../../widgets/choice';
import { useKept } from '../../widgets/use-kept';
import { plural, whole } from '../../words/format';
import shared from './benchmarks.module.css';
import { GroupTable } from './group-table';
import { ItemView } from './item-view';
import { type Filter, itemsOf } from './items-of';
import { MetricTable } from './metric-table';
import css from './results.module.css';

/** Shown in one list; more only slow the page. */
const MOST_LISTED = 300;

/** A task's items, the flipped ones first, each to be opened with what both models thought of it. */
export function TaskDetails({ evaluation: { report, items = [] } }: { evaluation: Evaluation }) {
  const paired = report.results.length > 1;
  const [wanted, setFilter] = useKept<Filter>('items.filter', 'lost');
  // Without a second mask nothing can flip.
  const filter = paired || wanted === 'all' ? wanted : 'wrong';
  const [chosen, setChosen] = useState<number>();
  const counts = useMemo(() => {
    const of = (f: Filter) => itemsOf(items, f).length;
    return { lost: of('lost'), won: of('won'), wrong: of('wrong'), all: items.length };
  }, [items]);
  const listed = useMemo(() => itemsOf(items, filter), [items, filter]);
  const item = listed.find((i) => i.index === chosen) ?? listed[0];
  const options: { value: Filter; text: string }[] = [
    ...(paired
      ? [
          { value: 'lost' as const, text: `Right to wrong (${counts.lost})` },
          { value: 'won' as const, text: `Wrong to right (${counts.won})` },
        ]
      : []),
    { value: 'wrong', text: `Wrong (${counts.wrong})` },
    { value: 'all', text: `All (${counts.all})` },
  ];
  return (
    <div className={css.details}>
      <p className="small">{report.about}</p>
      {report.tooFew && <p className={shared.warning}>{report.tooFew.message}</p>}
      <Notes report={report} />
      <MetricTable report={report} />
      {report.groups && <GroupTable groups={report.groups} macro={report.macro} micro={report.results} />}
      <Choice label="Items shown" value={filter} options={options} onChange={(f) => setFilter(f)} />
      {item ? (
        <div className={css.split}>
          <ol className={css.list} aria-label="Items">
            {listed.slice(0, MOST_LISTED).map((i) => (
              <li key={i.index}>
                <button type="button" aria-current={i === item} onClick={() => setChosen(i.index)}>
                  <span className="soft">{i.index + 1}</span> {i.shown.question}
                </button>
              </li>
            ))}
            {listed.length > MOST_LISTED && (
              <li className="small soft">and {whole(listed.length - MOST_LISTED)} more: save the JSON to see them</li>
            )}
          </ol>
          <ItemView item={item} metric={report.metric} />
        </div>
      ) : (
        <p className="soft">None.</p>
      )}
    </div>
  );
}

function Notes({ report }: { report: Evaluation['report'] }) {
  const notes = [
    ...(report.failed ?? []).map(
      (n, m) =>
        n > 0 &&
        `On ${plural(n, 'item')} the ${['full', 'pruned', 'recovered'][m]} model’s numbers were not finite: they count nowhere.`,
    ),
    report.truncated > 0 && `${whole(report.truncated)} items lost their beginning to fit the model’s context.`,
    ...(report.notes ?? []),
    report.unreadable > 0 &&
      `${whole(report.unreadable)} rows of the file were passed over${
        report.problems[0] ? `; line ${report.problems[0].line}: ${report.problems[0].message}` : ''
      }.`,
  ].filter(Boolean);
  return notes.length > 0 ? <p className={shared.warning}>{notes.join(' ')}</p> : null;
}
