import type { FitOrder, RecoveryMethod } from '../../../lab/contract';
import { mostRank, ranksTo } from '../../../recovery/fit';
import { recoveredUnits } from '../../../recovery/units';
import { chooseRecovery, fitRecovery } from '../../actions/recovery';
import { startTraining } from '../../actions/train';
import { canMeasure } from '../../store/measuring';
import { maskOf, reportOf } from '../../store/select';
import { Button } from '../../widgets/button';
import { Check } from '../../widgets/check';
import { Choice } from '../../widgets/choice';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import { FIT_WORDS, METHOD_WORDS } from '../../words/recovery';
import css from './recovery.module.css';
import { TrainingForm } from './training-form';

const METHODS: readonly { value: RecoveryMethod | 'trained'; text: string }[] = [
  ...(Object.keys(METHOD_WORDS) as RecoveryMethod[]).map((value) => ({ value, text: METHOD_WORDS[value].title })),
  { value: 'trained', text: 'Trained' },
];
const FITS = (Object.keys(FIT_WORDS) as FitOrder[]).map((value) => ({ value, text: FIT_WORDS[value] }));

/** What is to stand in for the dropped layers, and how it is fitted or trained. */
export function RecoveryForm() {
  const choice = useApp((s) => s.recovery);
  const mask = useApp(maskOf);
  const width = useApp((s) => reportOf(s)?.width ?? 0);
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.recover !== undefined);
  const units = recoveredUnits(mask.dropped, choice.splitBlocks);
  const hasBlock = recoveredUnits(mask.dropped).some(({ kind }) => kind === 'block');
  const { trains } = choice;
  const isMap = !trains && choice.method === 'linear';
  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        if (ready && !running) void (trains ? startTraining() : fitRecovery());
      }}
    >
      <div className={css.choices}>
        <Choice
          label="What stands in"
          value={trains ? 'trained' : choice.method}
          options={METHODS}
          onChange={(method) => chooseRecovery(method === 'trained' ? { trains: true } : { method, trains: false })}
        />
        {isMap && (
          <Select
            label="Rank"
            shown
            value={`${Math.min(choice.rank, mostRank(width))}`}
            groups={[{ options: ranksTo(mostRank(width)).map((rank) => ({ value: `${rank}`, text: `${rank}` })) }]}
            onChange={(rank) => chooseRecovery({ rank: Number(rank) })}
          />
        )}
        <Button look="primary" type="submit" computes disabled={!ready || running || mask.dropped.length === 0}>
          {trains ? 'Train it' : 'Fit it'}
        </Button>
      </div>
      {trains ? <TrainingForm /> : <p className="small soft">{METHOD_WORDS[choice.method].about}</p>}
      <div className={css.choices}>
        {!trains && units.length > 1 && (
          <Select
            label="Layers are fitted"
            shown
            value={choice.fit}
            groups={[{ options: FITS }]}
            onChange={(fit) => chooseRecovery({ fit })}
          />
        )}
        {hasBlock && (
          <Check
            label="A stand-in for each layer of a block"
            checked={choice.splitBlocks}
            onChange={(splitBlocks) => chooseRecovery({ splitBlocks })}
          />
        )}
        {!trains && (
          <Check
            label="Leave first positions out"
            hint="Some models carry huge numbers at a text’s first token; the stand-in still stands there."
            checked={choice.skipFirst}
            onChange={(skipFirst) => chooseRecovery({ skipFirst })}
          />
        )}
        {isMap && (
          <Check
            label="By the relative error"
            hint="Each token counts by the inverse of its stream’s squared length."
            checked={choice.weighted}
            onChange={(weighted) => chooseRecovery({ weighted })}
          />
        )}
        {isMap && (
          <Check
            label="Of the normed stream"
            hint="In a feed-forward layer’s place such a map fits into the weights of a checkpoint, where the architecture has room."
            checked={choice.normed}
            onChange={(normed) => chooseRecovery({ normed })}
          />
        )}
      </div>
    </form>
  );
}
