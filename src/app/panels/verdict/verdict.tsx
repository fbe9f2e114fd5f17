import type { Progress } from '../../../lab/contract';
import { PROSE } from '../../../lab/contract/bundled-texts';
import { chooseText } from '../../actions/calibration';
import { runTask } from '../../actions/evaluate';
import { cancelJob } from '../../actions/jobs';
import { titleOf } from '../../actions/offered';
import { requestScore } from '../../actions/score';
import { isForeign } from '../../store/calibration';
import { waitsFor } from '../../store/jobs';
import { originWords } from '../../store/measured';
import { canMeasure, needsIds } from '../../store/measuring';
import { canCompute, momentOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { type Verdict as Found, judgeLoss, verdictOf } from '../../store/verdict';
import { Counted } from '../../widgets/counted';
import { openDialog } from '../../widgets/dialog';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { bytes, count, duration, fixed, lowerFirst, percent, signed, signedPercent, whole } from '../../words/format';
import { Figure } from './figure';
import { NearestMask } from './nearest';
import { Sentence } from './sentence';
import { Third } from './third';
import css from './verdict.module.css';

/** Always in sight: a sentence and four numbers, what the mask in force costs and what it saves. */
export function Verdict() {
  const verdict = useApp(verdictOf);
  const moment = useApp(momentOf);
  const third = useApp((s) => thirdOf(s) !== undefined);
  return (
    <section className={css.verdict} aria-label="Verdict" data-third={third}>
      <div className={css.words}>
        {moment ? (
          <p className={css.sentence}>The tower shows the model in training; these numbers are the finished one’s.</p>
        ) : (
          <Sentence verdict={verdict} />
        )}
        <Third />
        {verdict.standing === 'unmeasured' && verdict.mask.dropped.length > 0 ? (
          <NearestMask />
        ) : (
          <Source verdict={verdict} />
        )}
      </div>
      <div className={css.figures} data-aside={moment !== undefined}>
        <Loss verdict={verdict} />
        <AnswersFigure verdict={verdict} />
        <Saved verdict={verdict} />
      </div>
    </section>
  );
}

/** Half of every number: the text it was measured on, and where. */
function Source({ verdict: { full, pruned } }: { verdict: Found }) {
  const inUse = useApp((s) => s.calibration.source);
  const foreign = useApp(isForeign);
  const unread = useApp(needsIds);
  const { tokens, text: source = inUse } = full ?? {};
  const origin = (pruned ?? full)?.origin;
  if (unread) {
    return (
      <p className={css.source}>
        This model came without a tokenizer.{' '}
        <TextButton onClick={() => openDialog('calibration')}>Give it token ids</TextButton> to be measured on.
      </p>
    );
  }
  return (
    <>
      <p className={css.source}>
        On{' '}
        <TextButton title="Choose another text" onClick={() => openDialog('calibration')}>
          {source}
        </TextButton>
        {tokens !== undefined && `, ${whole(tokens)} tokens`}
        {origin && <span title={origin.adapter}>. {originWords(origin)}</span>}
      </p>
      {source !== inUse && <p className={css.source}>Nothing is known on {inUse} until it is measured here.</p>}
      {foreign && (
        <p className={css.source}>
          Sapling’s text is strange to this model:{' '}
          <TextButton onClick={() => void chooseText(PROSE)}>measure on {lowerFirst(PROSE.title)}</TextButton>
        </p>
      )}
    </>
  );
}

/** Seconds that are worth counting. */
const LONG_S = 3;

/** "1 min 20 s left, 310 MiB/s": a model that is streamed may take minutes for a loss. */
function computingWords(progress: Progress | undefined): string {
  const { secondsLeft = 0, reading } = progress ?? {};
  if (secondsLeft < LONG_S) return 'computing…';
  return `${duration(secondsLeft)} left${reading ? `, ${bytes(Math.round(reading.bytesPerSecond))}/s` : ''}`;
}

function Loss({ verdict }: { verdict: Found }) {
  const { full, pruned, before, change, interval, soFar, standing, mask } = verdict;
  const other = useApp((s) => waitsFor(s, 'score'));
  const measurable = useApp((s) => canMeasure(s) && !s.open.scoreFailure);
  const computing = useApp((s) => computingWords(s.jobs.score?.progress));
  if (!full) {
    return (
      <Figure large name="loss, nats per token" value="–">
        {measurable && (other ? `after “${other.label}”` : computing)}
      </Figure>
    );
  }
  const was = <span data-testid="full-loss">{fixed(full.loss)}</span>;
  if (mask.dropped.length === 0) {
    return (
      <Figure large quiet name="loss, nats per token" value={<span data-testid="pruned-loss">{fixed(full.loss)}</span>}>
        perplexity {fixed(full.perplexity, 2)}
        <span className="visually-hidden">, full model {was}</span>
      </Figure>
    );
  }
  if (change !== undefined && soFar) {
    return (
      <Figure
        large
        judged={judgeLoss(verdict)}
        value={signed(change, 3)}
        name={
          <>
            <span className="visually-hidden">loss, full {was}, </span>
            {soFar.windows} of {soFar.of} windows so far
          </>
        }
      >
        {intervalWords(interval)}
      </Figure>
    );
  }
  if (change === undefined || !pruned) {
    return (
      <Figure large quiet name={<>loss, full {was}</>} value={before ? signed(before.loss - full.loss, 3) : '–'} stale>
        {standing === 'failed' ? (
          <TextButton onClick={requestScore}>Try again</TextButton>
        ) : standing === 'computing' ? (
          other ? (
            `after “${other.label}”`
          ) : (
            computing
          )
        ) : (
          'not measured'
        )}
      </Figure>
    );
  }
  return (
    <Figure
      large
      judged={judgeLoss(verdict)}
      beforehand={standing === 'beforehand'}
      value={<Counted value={change} write={signed} />}
      name={
        <>
          loss {was} → <span data-testid="pruned-loss">{fixed(pruned.loss)}</span>
        </>
      }
    >
      {intervalWords(interval) ?? `perplexity ${fixed(pruned.perplexity, 2)}`}
    </Figure>
  );
}

/** Undefined where there is none, or nothing to tell it by. */
const intervalWords = (interval: Found['interval']): string | undefined =>
  interval && !Number.isNaN(interval[0]) ? `95%: ${signed(interval[0], 3)} to ${signed(interval[1], 3)}` : undefined;

function AnswersFigure({ verdict: { answers, mask } }: { verdict: Found }) {
  const { task, full, pruned, difference } = answers;
  const title = titleOf(task);
  if (difference && pruned && pruned.n > 0) {
    const certain = difference.interval[0] > 0 || difference.interval[1] < 0;
    return (
      <Figure
        judged={!certain ? undefined : difference.mean < 0 ? 'worse' : 'better'}
        value={<Counted value={100 * difference.mean} write={(v) => `${signed(v, 1)} pts`} />}
        name={title}
      >
        {percent(pruned.accuracy)} of {whole(pruned.n)}
      </Figure>
    );
  }
  const nothing = mask.dropped.length === 0;
  return (
    <Figure quiet name={title} value={nothing && full && full.n > 0 ? percent(full.accuracy) : '–'}>
      {nothing && full && full.n > 0 ? `right of ${whole(full.n)}` : <Ask task={task} title={title} />}
    </Figure>
  );
}

/** Asks the task's questions, or stops asking. */
function Ask({ task, title }: { task: string; title: string }) {
  const ready = useApp((s) => canCompute(s) && s.open.model?.report.hasTokenizer === true);
  const running = useApp((s) => s.jobs.evaluate);
  if (running) {
    const { done, total } = running.progress ?? { done: 0, total: 0 };
    return (
      <TextButton title={`Stop: ${running.label}`} onClick={() => cancelJob('evaluate')}>
        Stop{total > 0 && ` at ${percent(done / total, 0)}`}
        <span className="visually-hidden">: {running.label}</span>
      </TextButton>
    );
  }
  return (
    <TextButton computes disabled={!ready} onClick={() => void runTask(task)}>
      Ask it
      <span className="visually-hidden">: {title}</span>
    </TextButton>
  );
}

function Saved({ verdict: { saved, mask } }: { verdict: Found }) {
  const model = useApp((s) => s.open.model?.report);
  if (!model || !saved) {
    return (
      <>
        <Figure quiet name="parameters" value="–" />
        <Figure quiet name="KV cache" value="–" />
      </>
    );
  }
  const nothing = mask.dropped.length === 0;
  const cache = model.kvBytesPerTokenPerBlock * model.blocks;
  return (
    <>
      <Figure
        quiet={nothing}
        name="parameters"
        value={nothing ? count(model.parameters) : signedPercent(-saved.parameterFraction)}
      >
        {!nothing && count(model.parameters - saved.parameters)}
      </Figure>
      <Figure quiet={nothing} name="KV cache" value={nothing ? bytes(cache) : signedPercent(-saved.kvFraction)}>
        {nothing ? 'per token' : `${bytes(cache - saved.kvBytesPerToken)} per token`}
      </Figure>
    </>
  );
}
