import { chooseTraining } from '../../actions/train';
import { reportOf } from '../../store/select';
import type { TrainingChoice } from '../../store/training';
import { Choice } from '../../widgets/choice';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { OBJECTIVE_WORDS, type Objective, objectiveOf } from '../../words/training';
import css from './recovery.module.css';

/** The paper's ranks, and a vector alone. */
const RANKS = [0, 8, 32, 256];
const OBJECTIVES = (Object.keys(OBJECTIVE_WORDS) as Objective[]).map((value) => ({
  value,
  text: OBJECTIVE_WORDS[value].title,
}));
const STARTS: readonly { value: TrainingChoice['start']; text: string }[] = [
  { value: 'best', text: 'whichever is better' },
  { value: 'zero', text: 'the mean update' },
  { value: 'closed', text: 'the closed form' },
];
const BATCHES = ['1', '2', '4', '8', 'all'];

/** What is trained, towards what, and how. */
export function TrainingForm() {
  const choice = useApp((s) => s.training);
  const width = useApp((s) => reportOf(s)?.width ?? 0);
  const ranks = [...new Set(RANKS.map((rank) => Math.min(rank, width)))];
  return (
    <>
      <div className={css.choices}>
        <Choice
          label="What is trained"
          value={`${Math.min(choice.rank, width)}`}
          options={ranks.map((rank) => ({ value: `${rank}`, text: rank === 0 ? 'bias alone' : `rank ${rank}` }))}
          onChange={(rank) => chooseTraining({ rank: Number(rank) })}
        />
        {choice.rank > 0 && (
          <Select
            label="Towards"
            shown
            value={choice.objective}
            groups={[{ options: OBJECTIVES }]}
            onChange={(objective) => chooseTraining({ objective })}
          />
        )}
      </div>
      <p className="small soft">
        {OBJECTIVE_WORDS[objectiveOf(choice)].about} The paper does not publish its settings: these are ours.
      </p>
      <div className={css.choices}>
        <NumberField
          label="Steps"
          value={choice.steps}
          min={1}
          max={10_000}
          onChange={(steps) => chooseTraining({ steps })}
        />
        <NumberField
          label="Learning rate"
          value={choice.lr}
          min={0}
          max={1}
          step={0.0001}
          hint="Scaled to the size of the stream and of each layer’s update, so that it means the same in every model."
          onChange={(lr) => chooseTraining({ lr })}
        />
        <Select
          label="Windows a step"
          shown
          value={`${choice.batch}`}
          groups={[{ options: BATCHES.map((value) => ({ value, text: value })) }]}
          onChange={(batch) => chooseTraining({ batch: batch === 'all' ? 'all' : Number(batch) })}
        />
        <Select
          label="Schedule"
          shown
          value={choice.schedule}
          groups={[
            {
              options: [
                { value: 'cosine', text: 'cosine' },
                { value: 'constant', text: 'constant' },
              ],
            },
          ]}
          onChange={(schedule) => chooseTraining({ schedule })}
        />
        <Select
          label="Start"
          shown
          value={choice.start}
          groups={[{ options: STARTS }]}
          onChange={(start) => chooseTraining({ start })}
        />
        <NumberField
          label="Seed"
          value={choice.seed}
          min={0}
          max={999_999}
          hint="Of the start of the map, and of the order of windows."
          onChange={(seed) => chooseTraining({ seed })}
        />
      </div>
    </>
  );
}
