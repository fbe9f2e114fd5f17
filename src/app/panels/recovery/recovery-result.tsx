import { applyRecovery, exportRecovery, findStrength, setStrength } from '../../actions/recovery';
import { canMeasure } from '../../store/measuring';
import { lossAt, type Recovered, tellingOf, undoneOf } from '../../store/recovery';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { LabelledSlider } from '../../widgets/labelled-slider';
import { useApp } from '../../widgets/use-app';
import { fixed, percent, signed } from '../../words/format';
import css from './recovery.module.css';

const MOST_STRENGTH = 1.5;

/** What a recovery is worth beside the full model and plain removal, and how much of it is added. */
export function RecoveryResult({ of }: { of: Recovered }) {
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.recover !== undefined);
  const loss = lossAt(of);
  return (
    <div className={css.result}>
      <Words of={of} />
      <table className={css.losses}>
        <thead>
          <tr>
            <th scope="col">Loss, nats per token</th>
            <th scope="col">on windows fitted on</th>
            <th scope="col">on the others</th>
          </tr>
        </thead>
        <tbody aria-live="polite">
          <Losses name="Full model" pair={of.full} />
          <Losses name="Plain removal" pair={of.pruned} />
          <Losses name={`With a ${of.name}`} pair={loss} strong />
          <tr>
            <th scope="row">of the damage undone</th>
            {([0, 1] as const).map((text) => (
              <Undone key={text} of={of} loss={loss} text={text} />
            ))}
          </tr>
        </tbody>
      </table>
      <div className={css.strength}>
        <LabelledSlider
          label="Strength"
          value={of.strength}
          min={0}
          max={MOST_STRENGTH}
          step={0.05}
          text={`${of.strength.toFixed(2)}${of.strength === 0 ? ', plain removal' : of.strength === 1 ? ', as fitted' : ''}`}
          onChange={setStrength}
        />
        <Button disabled={!ready || running} onClick={() => void findStrength()}>
          Find the best strength
        </Button>
      </div>
      <div className={css.choices}>
        <Check
          label="Show it as the third model"
          hint="Beside the full and the pruned model: in the verdict and in texts side by side."
          checked={of.applied}
          onChange={applyRecovery}
        />
        <Button icon="download" onClick={() => void exportRecovery()}>
          Save as a file
        </Button>
      </div>
    </div>
  );
}

function Losses({ name, pair, strong }: { name: string; pair: Recovered['full']; strong?: boolean }) {
  return (
    <tr className={strong ? css.strong : undefined}>
      <th scope="row">{name}</th>
      {([0, 1] as const).map((text) => (
        <td key={text}>{pair?.[text] === undefined ? '–' : fixed(pair[text])}</td>
      ))}
    </tr>
  );
}

function Undone({ of, loss, text }: { of: Recovered; loss: ReturnType<typeof lossAt>; text: 0 | 1 }) {
  if (loss?.[text] === undefined || of.pruned?.[text] === undefined) return <td>–</td>;
  const share = undoneOf(of, loss, text);
  return share === undefined ? (
    <td className="soft">hardly any damage</td>
  ) : (
    <td className={share < 0 ? 'worse' : 'better'}>{percent(share)}</td>
  );
}

/** The finding in words: what counts is text that it was not fitted on. */
function Words({ of }: { of: Recovered }) {
  const loss = lossAt(of);
  const told = loss && tellingOf(loss);
  const [now, before] = [told !== undefined && loss?.[told], told !== undefined && of.pruned?.[told]];
  if (!loss || told === undefined || typeof now !== 'number' || typeof before !== 'number') {
    return <p className={css.words}>The loss at this strength is being measured.</p>;
  }
  const notes = of.measured?.report.notes.filter((note) => !note.includes('worse than plain removal')) ?? [];
  const by = signed(now - before);
  const share = undoneOf(of, loss, told);
  const text = told === 1 ? 'On text it was not fitted on' : 'On this text, on which it was fitted';
  return (
    <>
      <p className={css.words}>
        {of.strength === 0 ? (
          'At strength 0 this is plain removal.'
        ) : now > before ? (
          <>
            {text}, a {of.name} is <strong className="worse">worse than plain removal</strong>: the loss changes by {by}
            . Leave the gap, or try another kind or a lower strength.
          </>
        ) : (
          <>
            {text}, a {of.name} changes the loss by <strong>{by}</strong>
            {share !== undefined && share > 0 && <>: {percent(share, 0)} of what the removal cost is undone</>}.
          </>
        )}
      </p>
      {told === 0 && (
        <p className="small soft">
          The text is too short to hold some of it out: with more windows, half of them would judge what was fitted on
          the others.
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="small soft">
          {note}
        </p>
      ))}
    </>
  );
}
