import { useMemo } from 'react';
import { sameMask } from '../../../pruning/mask';
import { removeTraining, resumeTraining, showTrained } from '../../actions/train';
import { ChartFrame } from '../../charts/chart-frame';
import { linePath, Plot } from '../../charts/plot';
import { linearScale, logScale, tickWriter } from '../../charts/plot-scale';
import { trainingAgain } from '../../store/again';
import { canCompute, fileStem, maskOf, modelName } from '../../store/select';
import type { Trained } from '../../store/training';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { Choice } from '../../widgets/choice';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { fixed, short, upperFirst } from '../../words/format';
import { OBJECTIVE_WORDS, type Objective, trainedName } from '../../words/training';
import { droppedBriefly } from '../../words/units';
import css from './training-chart.module.css';

const HEIGHT = 260;
const COLOURS = 7;

const colourOf = ({ id }: Trained): string => `var(--series-${1 + ((id - 1) % COLOURS)})`;

/** Every training on one chart: its loss on each step's windows, and on text that was held out. */
export function TrainingChart({ runs }: { runs: readonly Trained[] }) {
  const model = useApp(modelName);
  const stem = useApp(fileStem);
  const [log, setLog] = useKept('training.log', false);
  const [picked, setPicked] = useKept<Objective>('training.objective');
  const objectives = [...new Set(runs.map(({ settings }) => settings.objective))];
  const last = runs.at(-1)!;
  const objective = picked && objectives.includes(picked) ? picked : last.settings.objective;
  // Losses towards different ends have no axis in common.
  const shown = useMemo(() => runs.filter(({ settings }) => settings.objective === objective), [runs, objective]);
  const values = shown.flatMap(({ losses, heldLosses }) => [...losses, ...heldLosses]);
  const steps = Math.max(1, ...shown.map((run) => run.steps));
  const x = linearScale([0, steps], { room: 0, steps: 6 });
  const y = log ? logScale(values) : linearScale(values);
  const held = shown.some(({ heldOut }) => heldOut !== undefined);
  const from = shown.at(-1)!;
  return (
    <ChartFrame
      title={`Training towards ${OBJECTIVE_WORDS[objective].title}`}
      summary={summaryOf(shown)}
      table={{
        columns: ['training', 'step', 'loss on its windows', 'loss on text held out'],
        rows: shown.flatMap((run) =>
          run.losses.map((loss, step) => [`${run.id}: ${trainedName(run.settings)}`, step, loss, run.heldLosses[step]]),
        ),
      }}
      provenance={{ model, text: from.text, origin: from.origin }}
      again={shown.map(trainingAgain)}
      fileName={`${stem}-training`}
      actions={
        <>
          {objectives.length > 1 && (
            <Choice<Objective>
              label="Towards"
              value={objective}
              options={objectives.map((value) => ({ value, text: OBJECTIVE_WORDS[value].title }))}
              onChange={setPicked}
            />
          )}
          <Check label="Logarithmic" checked={log} onChange={setLog} />
        </>
      }
    >
      <Plot
        height={HEIGHT}
        x={{ scale: x, label: 'step', write: tickWriter(x) }}
        y={{ scale: y, label: OBJECTIVE_WORDS[objective].loss, write: tickWriter(y) }}
      >
        {(area) =>
          shown.map((run) => {
            const line = (losses: readonly number[]) =>
              linePath(losses.map((loss, step) => (Number.isFinite(loss) ? [area.x(step), area.y(loss)] : undefined)));
            const best = run.heldLosses[run.best] ?? run.losses[run.best];
            return (
              <g key={run.id} style={{ color: colourOf(run) }}>
                <path className={held ? css.batch : css.held} d={line(run.losses)} />
                <path className={css.held} d={line(run.heldLosses)} />
                {best !== undefined && Number.isFinite(best) && (
                  <circle className={css.best} cx={area.x(run.best)} cy={area.y(best)} r={4} />
                )}
              </g>
            );
          })
        }
      </Plot>
      <p className="small soft">
        {held
          ? 'Thick: on text that was held out. Thin: on the windows of each step. Dot: the best, which is kept.'
          : 'On the windows of each step; the text is too short to hold some of it out. Dot: the best, which is kept.'}
      </p>
    </ChartFrame>
  );
}

function summaryOf(runs: readonly Trained[]): string {
  const told = runs.flatMap((run) => {
    const losses = run.heldLosses.length > 0 ? run.heldLosses : run.losses;
    const best = losses[run.best];
    return best === undefined ? [] : [{ run, first: losses[0]!, best }];
  });
  if (told.length === 0) return 'The first step is on its way.';
  const least = told.reduce((a, b) => (b.best < a.best ? b : a));
  const where = least.run.heldLosses.length > 0 ? 'on text that was held out' : 'on the text it is trained on';
  return `Lowest ${where}: ${fixed(least.best)} at step ${least.run.best}, from ${fixed(least.first)} before the first step, by a ${trainedName(least.run.settings)}.`;
}

/** Every training by name: how it stands, and what can be done with it. */
export function TrainingList({ runs }: { runs: readonly Trained[] }) {
  const mask = useApp(maskOf);
  const running = useApp((s) => s.jobs.recover !== undefined);
  const ready = useApp(canCompute);
  return (
    <ul className={css.list} aria-label="Trainings">
      {runs.map((run) => {
        const name = trainedName(run.settings);
        const here = sameMask(run.mask, mask);
        return (
          <li key={run.id}>
            <svg width="22" height="8" aria-hidden="true" style={{ color: colourOf(run) }}>
              <path d="M0 4h22" className={css.held} />
            </svg>
            <span className={css.name}>
              {upperFirst(name)}
              {!here && ` (${droppedBriefly(run.mask.dropped)})`}
              <span className="soft">
                , learning rate {short(run.settings.lr)}, seed {run.settings.seed}: {standing(run)}
              </span>
            </span>
            {run.state === 'paused' && here && (
              <Button computes disabled={running || !ready} onClick={() => void resumeTraining(run.id)}>
                Go on<span className="visually-hidden"> with the {name}</span>
              </Button>
            )}
            {run.report && here && (
              <Button disabled={running} onClick={() => showTrained(run.id)}>
                Put it in the gap<span className="visually-hidden">: the {name}</span>
              </Button>
            )}
            {run.state !== 'running' && (
              <Button icon="close" onClick={() => removeTraining(run.id)} aria-label={`Remove the ${name}`} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

const standing = ({ state, losses, steps, best }: Trained): string => {
  const taken = Math.max(0, losses.length - 1);
  switch (state) {
    case 'running':
      return `step ${taken} of ${steps}`;
    case 'paused':
      return `paused after step ${taken} of ${steps}`;
    case 'diverged':
      return `stopped after step ${taken}, since the loss grew beyond all bounds; the best, of step ${best}, is kept`;
    case 'done':
      return `${steps} steps, best after ${best}`;
  }
};
