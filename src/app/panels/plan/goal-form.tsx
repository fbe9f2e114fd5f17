import type { PlanRequest } from '../../../lab/contract';
import { UNIT_NAMES, type UnitKind } from '../../../model/units';
import { type Budget, SAVED, type Saved } from '../../../pruning/budgets';
import { Button } from '../../widgets/button';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { SAVED_WORDS } from '../../words/plan';
import { UNIT_WORDS } from '../../words/units';
import css from './plan.module.css';

/** Nats per token that may be lost. A perplexity a tenth higher is 0.1. */
const LIMITS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const ANY = 'any';
const STANDS = { none: 'nothing', mean: 'the mean update', linear: 'a linear map of rank 8' } as const;
type Stands = keyof typeof STANDS;

/** What is wanted, as the form keeps it: percents of each, 0 where nothing is asked. */
export interface Goal {
  readonly saves: Readonly<Record<Saved, number>>;
  readonly atMost?: number;
  readonly unit: UnitKind;
  readonly stands: Stands;
  readonly seed: number;
}

export const FIRST_GOAL: Goal = {
  // A third of the attention layers: the paper's own question.
  saves: { params: 0, kv: 33, time: 0, memory: 0 },
  ...{ atMost: 0.1, unit: 'sublayer', stands: 'none', seed: 0 },
};

export const budgetsOf = ({ saves, atMost }: Goal): Budget[] => [
  ...SAVED.flatMap((of) => (saves[of] > 0 ? [{ of, by: saves[of] / 100 }] : [])),
  ...(atMost === undefined ? [] : [{ of: 'loss' as const, by: atMost }]),
];

export const requestOf = (goal: Goal): PlanRequest => ({
  ...{ budgets: budgetsOf(goal), unit: goal.unit, seed: goal.seed },
  ...(goal.stands !== 'none' && { recover: { ranks: goal.stands === 'linear' ? [8] : [] } }),
});

interface Props {
  readonly goal: Goal;
  /** Whether there is anything to find by: an adapter, or curves that were measured beforehand. */
  readonly ready: boolean;
  readonly running: boolean;
  onChange(goal: Goal): void;
  onFind(): void;
}

/** What is wanted, as a sentence. */
export function GoalForm({ goal, ready, running, onChange, onFind }: Props) {
  const asks = budgetsOf(goal).length > 0;
  return (
    <form
      className={css.goal}
      aria-label="Goal"
      onSubmit={(e) => {
        e.preventDefault();
        onFind();
      }}
    >
      <span>Save at least</span>
      {SAVED.map((of, i) => (
        <NumberField
          key={of}
          label={`of the ${SAVED_WORDS[of].name}${i + 1 < SAVED.length ? ',' : ''}`}
          trailing
          value={goal.saves[of]}
          min={0}
          max={99}
          unit="%"
          hint={`${SAVED_WORDS[of].how}. 0 asks nothing.`}
          onChange={(percent) => onChange({ ...goal, saves: { ...goal.saves, [of]: percent } })}
        />
      ))}
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
      <Select
        label="by dropping"
        shown
        value={goal.unit}
        groups={[{ options: UNIT_NAMES.map((value) => ({ value, text: UNIT_WORDS[value].many })) }]}
        onChange={(unit: UnitKind) => onChange({ ...goal, unit })}
      />
      <Select
        label="in whose place may stand"
        shown
        value={goal.stands}
        groups={[{ options: (Object.keys(STANDS) as Stands[]).map((value) => ({ value, text: STANDS[value] })) }]}
        onChange={(stands: Stands) => onChange({ ...goal, stands })}
      />
      <NumberField
        label="Seed"
        value={goal.seed}
        min={0}
        max={1e9}
        hint="Of the swaps that are tried at random"
        onChange={(seed) => onChange({ ...goal, seed })}
      />
      <Button
        type="submit"
        look="primary"
        disabled={!ready || running || !asks}
        title={ready ? 'Tries every way, and then others near the best' : 'Needs a model that can be computed here'}
      >
        Find
      </Button>
    </form>
  );
}
