import { generate, holdAgainst } from '../../actions/generate';
import { cancelJob } from '../../actions/jobs';
import { waitsFor } from '../../store/jobs';
import { canCompute } from '../../store/select';
import { store } from '../../store/store';
import { againstOf } from '../../store/third';
import { Button } from '../../widgets/button';
import { Panel } from '../../widgets/panel';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { droppedWords } from '../../words/units';
import { Continuations } from './continuations';
import css from './prompt.module.css';
import { PromptExplained } from './prompt-explained';
import { PromptSettingsRow } from './prompt-settings';
import { PROMPTS } from './prompts';
import { StreamedNote } from './streamed-note';

/** One prompt, continued by the full and by the pruned model at once. */
export function PromptPanel() {
  const prompt = useApp((s) => s.prompt.prompt);
  const running = useApp((s) => s.jobs.generate !== undefined);
  const before = useApp((s) => waitsFor(s, 'generate'));
  const ready = useApp((s) => canCompute(s) && s.open.model?.report.hasTokenizer === true);
  const against = useApp(againstOf);
  const write = (text: string) => store.setState((s) => ({ prompt: { ...s.prompt, prompt: text } }));
  const start = () => ready && !running && void generate();
  return (
    <Panel title="Side by side" explain={<PromptExplained />}>
      <div className={css.layout}>
        <form
          className={css.form}
          onSubmit={(e) => {
            e.preventDefault();
            start();
          }}
        >
          <div className={css.chips}>
            {PROMPTS.map((p) => (
              <button
                key={p.name}
                type="button"
                className={css.chip}
                aria-pressed={prompt === p.text}
                onClick={() => write(p.text)}
              >
                {p.name}
              </button>
            ))}
          </div>
          <textarea
            className={css.prompt}
            aria-label="Prompt"
            rows={3}
            value={prompt}
            spellCheck={false}
            placeholder="Write the beginning of a text, or choose one above."
            onChange={(e) => write(e.target.value)}
            onKeyDown={(e) => {
              if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return;
              e.preventDefault();
              start();
            }}
          />
          <PromptSettingsRow />
          <StreamedNote />
          {against && (
            <p className="small">
              Held against <strong>{against.name ?? `the model without ${droppedWords(against.mask.dropped)}`}</strong>,
              not against the full model.{' '}
              <TextButton onClick={() => holdAgainst(undefined)}>Back to the full model</TextButton>
            </p>
          )}
          <div className={css.go}>
            {running ? (
              <>
                <Button icon="stop" onClick={() => cancelJob('generate')}>
                  Stop
                </Button>
                {before && <span className="small soft">Begins after “{before.label}”.</span>}
              </>
            ) : (
              <Button look="primary" type="submit" icon="play" computes disabled={!ready}>
                Continue with both
              </Button>
            )}
          </div>
        </form>
        <Continuations />
      </div>
    </Panel>
  );
}
