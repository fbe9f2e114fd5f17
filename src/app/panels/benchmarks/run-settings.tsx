import type { BenchSettings } from '../../store/benchmarks';
import { store } from '../../store/store';
import { Choice } from '../../widgets/choice';
import { useApp } from '../../widgets/use-app';
import css from './benchmarks.module.css';
import { Field } from './field';

const BOS = [
  { value: 'auto', text: 'As the tokenizer' },
  { value: 'on', text: 'On' },
  { value: 'off', text: 'Off' },
] as const;

const change = (part: Partial<BenchSettings>) => store.setState(({ bench }) => ({ bench: { ...bench, ...part } }));

/** How many items, which, after how many worked examples, and how prompts begin. */
export function RunSettings() {
  const { limit, seed, shots, bos, chat } = useApp((s) => s.bench);
  return (
    <div className={css.settings}>
      <NumberField label="Items" hint="all" least={1} value={limit} onChange={(limit) => change({ limit })} />
      <NumberField
        label="Seed of the choice"
        hint="the first ones"
        least={0}
        value={seed}
        onChange={(seed) => change({ seed })}
      />
      <NumberField
        label="Worked examples"
        hint="the task’s own"
        least={0}
        value={shots}
        onChange={(shots) => change({ shots })}
      />
      <div className={css.field}>
        <span className="small soft">Start token (BOS)</span>
        <Choice label="Start token (BOS)" value={bos} options={BOS} onChange={(bos) => change({ bos })} />
      </div>
      <label className={css.check}>
        <input type="checkbox" checked={chat} onChange={(e) => change({ chat: e.target.checked })} />
        <span className="small">Put prompts through the model’s chat template</span>
      </label>
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  /** What an empty field means. */
  readonly hint: string;
  readonly least: number;
  readonly value: number | undefined;
  onChange(value: number | undefined): void;
}

function NumberField({ label, hint, least, value, onChange }: FieldProps) {
  return (
    <Field
      label={label}
      type="number"
      min={least}
      step={1}
      placeholder={hint}
      value={value ?? ''}
      onChange={(e) => {
        const number = e.target.valueAsNumber;
        onChange(Number.isInteger(number) && number >= least ? number : undefined);
      }}
    />
  );
}
