import { type Goal, SAVING_NAMES, type Saving } from '../../../pruning/goal';
import { find } from '../../actions/plan';
import { Button } from '../../widgets/button';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { SAVING_WORDS } from '../../words/plan';
import css from './plan.module.css';

/** Nats per token that may be lost. A perplexity a tenth higher is 0.1. */
const LIMITS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const ANY = 'any';

interface Props {
  readonly goal: Goal;
  /** Whether there is anything to find by: an adapter, or curves that were measured beforehand. */
  readonly ready: boolean;
  readonly running: boolean;
  onChange(goal: Goal): void;
}

/** What is wanted, as a sentence. */
export function GoalForm({ goal, ready, running, onChange }: Props) {
  return (
    <form
      className={css.goal}
      aria-label="Goal"
      onSubmit={(e) => {
        e.preventDefault();
        void find(goal);
      }}
    >
      <NumberField
        label="Save"
        value={Math.round(100 * goal.share)}
        min={1}
        max={99}
        unit="%"
        onChange={(share) => onChange({ ...goal, share: share / 100 })}
      />
      <Select
        label="of the"
        shown
        value={goal.saves}
        groups={[{ options: SAVING_NAMES.map((value) => ({ value, text: SAVING_WORDS[value].name })) }]}
        hint={SAVING_WORDS[goal.saves].how}
        onChange={(saves: Saving) => onChange({ ...goal, saves })}
      />
      <Select
        label="and let the loss rise by"
        shown
        value={goal.atMost === undefined ? ANY : `${goal.atMost}`}
        groups={[
          {
            options: [
              { value: ANY, text: 'whatever it takes' },
              ...LIMITS.map((limit) => ({ value: `${limit}`, text: `${limit} nats at most` })),
            ],
          },
        ]}
        hint="Nats per token. 0.1 is a perplexity a tenth higher."
        onChange={(limit) => onChange({ ...goal, atMost: limit === ANY ? undefined : Number(limit) })}
      />
      <Button
        type="submit"
        look="primary"
        disabled={!ready || running}
        title={ready ? 'Tries the quick ways first, then the thorough one' : 'Needs a model that can be computed here'}
      >
        Find
      </Button>
    </form>
  );
}
