import { useMemo, useState } from 'react';
import { type Mask, sameMask } from '../../../pruning/mask';
import { generationOf } from '../../store/beforehand';
import { originWords } from '../../store/measured';
import type { Continuation, Generation } from '../../store/prompt';
import type { Recovered } from '../../store/recovery';
import { maskOf } from '../../store/select';
import { triedIn } from '../../store/shelf';
import { thirdOf } from '../../store/third';
import { thirdLossOf } from '../../store/third-loss';
import { LabelledSlider } from '../../widgets/labelled-slider';
import { useApp } from '../../widgets/use-app';
import { WORSE_THAN_REMOVAL } from '../../words/recovery';
import { droppedBriefly } from '../../words/units';
import { ContinuationText } from './continuation-text';
import { NextTokens } from './next-tokens';
import css from './prompt.module.css';

/** Both texts, and what each model thought of at the step that is looked at. */
export function Continuations() {
  const generation = useApp(generationOf);
  const mask = useApp(maskOf);
  const shelf = useApp((s) => s.open.shelf);
  const third = useApp(thirdOf);
  const stale = generation && staleWords(generation, mask, third);
  const worse = useApp((s) => thirdLossOf(s)?.worse === true);
  const running = useApp((s) => s.jobs.generate !== undefined);
  const [chosen, setChosen] = useState<number>();
  const parting = useMemo(() => generation && firstDifference(generation.full, generation.pruned), [generation]);

  if (!generation) {
    return (
      <div className={css.nothing}>
        <p className="soft">
          The two texts appear here side by side, token by token, with the tokens each model thought likely. Drop
          something first, then compare.
        </p>
      </div>
    );
  }
  const { full, pruned, recovered, origin, against } = generation;
  const gone = generation.mask.dropped.length;
  const other = against && { mask: against, row: triedIn(shelf, against) };
  const steps = Math.max(...[full, pruned, recovered].map((of) => of?.steps.length ?? 0));
  const step = Math.min(chosen ?? parting ?? steps - 1, steps - 1);
  return (
    <div className={css.results}>
      {stale && !running && <p className={css.stale}>{stale}</p>}
      {recovered && worse && !stale && (
        <p className={css.stale}>On the text that losses are measured on, what stands in is {WORSE_THAN_REMOVAL}.</p>
      )}
      {origin && <p className="small soft">{originWords(origin)}, the likeliest token each time.</p>}
      <div className={css.columns}>
        <ContinuationText
          title={other ? (other.row?.name ?? `Without ${droppedBriefly(other.mask.dropped)}`) : 'Full'}
          look="full"
          prompt={generation.prompt}
          of={full}
          step={step}
          running={running}
          onStep={setChosen}
        />
        <ContinuationText
          title={
            against
              ? `Without ${droppedBriefly(generation.mask.dropped)}`
              : gone > 0
                ? `Pruned, ${gone} dropped`
                : 'Pruned, nothing dropped'
          }
          look="pruned"
          prompt={generation.prompt}
          of={pruned}
          step={step}
          running={running}
          onStep={setChosen}
        />
        {recovered && (
          <ContinuationText
            title={`With a ${recovered.name}`}
            look="pruned"
            prompt={generation.prompt}
            of={recovered}
            step={step}
            running={running}
            onStep={setChosen}
          />
        )}
      </div>
      {steps > 0 && (
        <>
          <div className={css.stepper}>
            <LabelledSlider
              label="Step"
              value={step + 1}
              min={1}
              max={Math.max(steps, 2)}
              step={1}
              text={`${step + 1} of ${steps}`}
              onChange={(v) => setChosen(v - 1)}
            />
            <p className="small soft">
              {parting === undefined
                ? running
                  ? 'The same so far.'
                  : 'Both wrote the same.'
                : `The texts part at token ${parting + 1}.`}
            </p>
          </div>
          <div className={css.columns}>
            <NextTokens
              step={full.steps[step]}
              label={`Likeliest tokens of the ${against ? 'first' : 'full'} model at step ${step + 1}`}
              look="full"
            />
            <NextTokens
              step={pruned.steps[step]}
              label={`Likeliest tokens of the pruned model at step ${step + 1}`}
              look="pruned"
            />
            {recovered && (
              <NextTokens
                step={recovered.steps[step]}
                label={`Likeliest tokens of the recovered model at step ${step + 1}`}
                look="pruned"
              />
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** What of the texts is not of what is in force any more, in words. */
function staleWords(written: Generation, mask: Mask, third: Recovered | undefined): string | undefined {
  if (!sameMask(written.mask, mask)) return 'This was written with another mask; continue again for the present one.';
  const { recovered } = written;
  const same = recovered?.modules === third?.modules && recovered?.strength === third?.strength;
  return same ? undefined : 'What stands in the gap has changed since this was written; continue again.';
}

/** The first step at which the two chose differently, undefined while they agree. */
function firstDifference(a: Continuation, b: Continuation): number | undefined {
  const common = Math.min(a.steps.length, b.steps.length);
  for (let i = 0; i < common; i++) if (a.steps[i]!.id !== b.steps[i]!.id) return i;
  return undefined;
}
