import { sameMask } from '../../../pruning/mask';
import { titleOf } from '../../actions/offered';
import { keepMask, unpinMask } from '../../actions/shelf';
import { ChartFrame } from '../../charts/chart-frame';
import { jointProvenance } from '../../charts/provenance';
import type { ChartTable } from '../../charts/table';
import { evaluationAgain } from '../../store/again';
import { evaluationsOf } from '../../store/beforehand';
import { setMask } from '../../store/masks';
import { fileStem, maskOf, modelName } from '../../store/select';
import type { Tried } from '../../store/shelf';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { percent } from '../../words/format';
import { droppedWords } from '../../words/units';
import { askedWords, type Compared, compareKept } from './asked';
import shared from './benchmarks.module.css';
import css from './trade-off.module.css';
import { type BarGroup, TradeOffBars } from './trade-off-bars';

const FULL = 'Full model';
const nameOf = ({ name, mask }: Tried) => name ?? `without ${droppedWords(mask.dropped)}`;

/** What several masks score on several tasks: a mask that is kind to one may be hard on another. */
export function TradeOff() {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const shelf = useApp((s) => s.open.shelf);
  const kept = shelf.filter((row) => row.pinned && Object.keys(row.results).length > 0);
  const mask = useApp(maskOf);
  const evaluations = useApp(evaluationsOf);
  const compared = compareKept(kept);
  const groups = compared.map((c) => groupOf(c, kept));
  const isKept = kept.some((k) => sameMask(k.mask, mask));
  const measured = Object.values(evaluations).some((e) => !e.report.partial && e.masks.some((m) => sameMask(m, mask)));
  const parts = compared.map(({ task, masks }) => {
    const { report, origin } = masks[0]!.results[task]!;
    return { text: `${titleOf(task)} (${askedWords(report)})`, origin };
  });
  return (
    <section className={css.tradeOff} aria-labelledby="trade-off">
      <header className={shared.row}>
        <h3 id="trade-off">Trade-off between tasks</h3>
        <Button disabled={mask.dropped.length === 0 || !measured} onClick={() => keepMask()}>
          {isKept ? 'Update this mask' : 'Add this mask'}
        </Button>
      </header>
      {kept.length === 0 ? (
        <p className="small soft">
          Run the tasks with layers dropped, then add the mask: bars show what each mask scores on each task. A second
          mask shows whether what one task can spare another needs.
        </p>
      ) : (
        <>
          <ChartFrame
            title="Trade-off between tasks"
            bare
            summary={summaryOf(groups)}
            table={tableOf(groups)}
            provenance={jointProvenance(parts, model)}
            again={kept.flatMap((k) =>
              Object.values(k.results).map(({ report }) => evaluationAgain(report, k.mask.dropped)),
            )}
            fileName={`${stem}-trade-off`}
          >
            <TradeOffBars names={[FULL, ...kept.map(nameOf)]} groups={groups} />
          </ChartFrame>
          {compared.flatMap(({ task, others }) =>
            others.map((k) => (
              <p key={`${task} ${nameOf(k)}`} className={shared.warning}>
                {titleOf(task)}: {nameOf(k)} is left out, since its run asked something else (
                {askedWords(k.results[task]!.report)}). Run it as the others and update it.
              </p>
            )),
          )}
          <ul className={css.keptList} aria-label="Masks compared">
            {kept.map((k) => (
              <li key={nameOf(k)}>
                <span className="small">
                  {nameOf(k)}:{' '}
                  {Object.entries(k.results)
                    .map(([task, { report }]) => `${titleOf(task)} ${percent(report.results[1]!.accuracy)}`)
                    .join(', ')}
                </span>
                <Button look="quiet" onClick={() => setMask(k.mask)}>
                  Drop these
                </Button>
                <Button
                  look="quiet"
                  icon="close"
                  aria-label={`Remove ${nameOf(k)}`}
                  onClick={() => unpinMask(k.mask)}
                />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The full model's bar, and one for each mask that was asked the same. */
function groupOf({ task, masks }: Compared, kept: readonly Tried[]): BarGroup {
  const { report } = masks[0]!.results[task]!;
  const bars = masks.map((k) => {
    const { results, difference, tooFew } = k.results[task]!.report;
    return { name: nameOf(k), series: 1 + kept.indexOf(k), result: results[1]!, p: difference?.p, tooFew };
  });
  return {
    title: titleOf(task),
    chance: report.chance,
    bars: [{ name: FULL, series: 0, result: report.results[0]! }, ...bars],
  };
}

/** For each task, the pruned mask that scores best on it. */
function summaryOf(groups: readonly BarGroup[]): string {
  const sentences = groups.flatMap(({ title, bars: [full, ...pruned] }) => {
    const [best] = pruned.filter((b) => b.result.n > 0).sort((a, b) => b.result.accuracy - a.result.accuracy);
    if (!best) return [];
    const { accuracy, n } = best.result;
    const few = best.tooFew ? ', cannot be told apart' : '';
    return `${title}: ${percent(accuracy)} ${best.name} (n = ${n}${few}), ${percent(full!.result.accuracy)} in full.`;
  });
  return ['The best of these masks on each task.', ...sentences].join(' ');
}

const tableOf = (groups: readonly BarGroup[]): ChartTable => ({
  columns: ['Mask and task', 'n', 'correct', 'accuracy', '95% from', '95% to', 'p against full', 'n that would do'],
  rows: groups.flatMap(({ title, bars }) =>
    bars.map(({ name, result: { n, correct, accuracy, interval }, p, tooFew }) => [
      `${name}, ${title}`,
      ...[n, correct, accuracy, ...interval, p, tooFew?.needed],
    ]),
  ),
});
