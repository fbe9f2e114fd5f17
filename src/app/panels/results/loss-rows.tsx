import { requestScore } from '../../actions/score';
import { waitsFor } from '../../store/jobs';
import { prunedLoss } from '../../store/pruned-loss';
import { maskOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { type ThirdLoss, thirdLossOf } from '../../store/third-loss';
import { judgeLoss, verdictOf } from '../../store/verdict';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { fixed, growth, percent, perplexity, signed } from '../../words/format';
import { WORSE_THAN_REMOVAL } from '../../words/recovery';
import css from './comparison.module.css';
import { Blank, Row } from './row';

/** Loss and perplexity. While a new loss is on its way the last one is shown as what it was, never as what is. */
export function LossRows() {
  const full = useApp((s) => s.open.full);
  const pruned = useApp(prunedLoss);
  const nothing = useApp((s) => maskOf(s).dropped.length === 0);
  const working = useApp((s) => s.jobs.open !== undefined || s.machine.status === 'starting');
  const other = useApp((s) => waitsFor(s, 'score'));

  const waiting = (was: ((n: { loss: number; perplexity: number }) => string) | undefined) => {
    if (pruned.status === 'failed') {
      return <TextButton onClick={requestScore}>Try again</TextButton>;
    }
    if (pruned.status === 'computing' && other) return <Blank>after “{other.label}”</Blank>;
    if (pruned.status === 'computing') {
      return <Blank>{pruned.before && was ? `was ${was(pruned.before)}` : 'computing…'}</Blank>;
    }
    return <Blank>{working ? 'soon' : '–'}</Blank>;
  };
  const now = pruned.status === 'current' ? pruned.scored : undefined;
  const verdict = useApp(verdictOf);
  const change = now && !nothing ? verdict.change : undefined;
  const judged = now && !nothing ? judgeLoss(verdict) : undefined;
  const [low, high] = verdict.interval ?? [Number.NaN, Number.NaN];
  const third = useApp(thirdLossOf);

  return (
    <tbody aria-live="polite" aria-busy={pruned.status === 'computing'}>
      <Row
        large
        name="Loss"
        unit="nats per token"
        full={full ? fixed(full.loss) : <Blank />}
        pruned={now ? fixed(now.loss) : waiting((n) => fixed(n.loss, 3))}
        change={
          change !== undefined ? (
            <Sure change={change} low={low} high={high} />
          ) : nothing && full ? (
            <Blank>same model</Blank>
          ) : (
            <Blank />
          )
        }
        judged={judged}
        recovered={third && <LossOf third={third} />}
      />
      <Row
        name="Perplexity"
        full={full ? perplexity(full.perplexity) : <Blank />}
        pruned={now ? perplexity(now.perplexity) : <Blank />}
        change={change !== undefined && full && now ? growth(now.perplexity / full.perplexity) : <Blank />}
        judged={judged}
        recovered={third && perplexity(third.scored.perplexity)}
      />
      <Undone />
    </tbody>
  );
}

/** The third model's loss, and what it is above the full model's. */
function LossOf({ third: { scored, toFull } }: { third: ThirdLoss }) {
  const [low, high] = toFull.interval ?? [Number.NaN, Number.NaN];
  return (
    <>
      {fixed(scored.loss)}
      <span className={css.interval}>{signed(toFull.change!)} on full</span>
      {!Number.isNaN(low) && (
        <span className={css.interval} title="95% interval, over the text’s windows">
          {signed(low)} to {signed(high)}
        </span>
      )}
    </>
  );
}

/** What the third model wins back of what the removal cost, or that it does not. */
function Undone() {
  const third = useApp(thirdOf);
  const loss = useApp(thirdLossOf);
  if (!third) return null;
  const { undone, worse, toPruned } = loss ?? {};
  const [low, high] = undone?.interval ?? [Number.NaN, Number.NaN];
  return (
    <tr>
      <th scope="row">
        Damage undone
        <span className={css.unit}>by a {third.name}</span>
      </th>
      <td colSpan={3} className={css.words}>
        {worse && (
          <span className="worse">
            {WORSE_THAN_REMOVAL}: {signed(toPruned!.change!)}
          </span>
        )}
      </td>
      <td className={worse ? 'worse' : low > 0 ? 'better' : undefined}>
        {undone ? percent(undone.share, 0) : <Blank>{loss ? 'no damage' : 'computing…'}</Blank>}
        {!Number.isNaN(low) && (
          <span className={css.interval} title="95% interval, over the text’s windows">
            {percent(low, 0)} to {percent(high, 0)}
          </span>
        )}
      </td>
    </tr>
  );
}

/** A change with its 95% interval, where that is known. */
function Sure({ change, low, high }: { change: number; low: number; high: number }) {
  return (
    <>
      {signed(change)}
      {!Number.isNaN(low) && (
        <span className={css.interval} title="95% interval, over the text’s windows">
          {signed(low)} to {signed(high)}
        </span>
      )}
    </>
  );
}
