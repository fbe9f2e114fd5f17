import { useRef, useState } from 'react';
import { tasks } from '../../benchmarks/tasks';
import type { NamedFile } from '../../lab/contract';
import { whole } from '../format';
import { setCalibration } from '../lab/calibration';
import { schoolTasks } from '../results/school-tasks';
import { Button } from '../shell/button';
import { closeDialog } from '../shell/dialog';
import { NumberField } from '../shell/number-field';
import { Select } from '../shell/select';
import { useApp } from '../store/store';
import css from './model.module.css';

/** Items that are taken where nobody says otherwise: enough to tell layers apart, quick on a processor. */
const SOME_ITEMS = 50;

const titleOf = (name: string) => schoolTasks.find((t) => t.name === name)?.title ?? name;
const OPTIONS = tasks.map(({ name }) => ({ value: name, text: titleOf(name) }));

/** A benchmark's items: their prompts with the right answers in place. */
export function CalibrationTaskForm() {
  const calibration = useApp((s) => s.calibration);
  const [name, setName] = useState(calibration.task?.task ?? tasks[0]!.name);
  const [limit, setLimit] = useState(calibration.task?.limit ?? SOME_ITEMS);
  const [file, setFile] = useState<NamedFile | undefined>(calibration.task?.data?.[0]);
  const input = useRef<HTMLInputElement>(null);
  const hasTokenizer = useApp((s) => s.model?.report.hasTokenizer !== false);
  const task = tasks.find((t) => t.name === name)!;
  const ready = hasTokenizer && (task.bundled !== undefined || file !== undefined);
  return (
    <form
      className={css.calibration}
      onSubmit={(e) => {
        e.preventDefault();
        const items = file ? `${file.name} (${name})` : titleOf(name);
        setCalibration({
          source: `first ${limit === 1 ? 'item' : `${whole(limit)} items`} of ${items}`,
          bundled: false,
          text: '',
          seqLen: calibration.seqLen,
          task: { task: name, limit, ...(file && { data: [file] }) },
        });
        closeDialog();
      }}
    >
      <div className={css.line}>
        <Select
          label="Benchmark"
          shown
          value={name}
          groups={[{ options: OPTIONS }]}
          onChange={(v) => {
            setName(v);
            setFile(undefined);
          }}
        />
        <NumberField label="Items" value={limit} min={1} max={100_000} onChange={setLimit} />
      </div>
      <p className={css.hint}>
        {file ? `Items of ${file.name}, the file you gave, in this benchmark’s format.` : task.about}
        {!ready && hasTokenizer && ' Its items do not ship with Lopper: give a file of them.'}
        {!hasTokenizer && ' This model came without a tokenizer: it cannot read them.'}
      </p>
      <p className={css.hint}>
        Each item is a window of its own: its prompt without worked examples, and the right answer. Whoever then asks
        the same items for accuracy has chosen layers on the questions themselves.
      </p>
      <div className={css.line}>
        <Button look="primary" type="submit" disabled={!ready}>
          Use these items
        </Button>
        <Button icon="upload" onClick={() => input.current?.click()}>
          Open a file of items
        </Button>
        <input
          ref={input}
          type="file"
          accept=".jsonl,.json,.csv,.txt"
          hidden
          aria-label="File of items"
          onChange={async (e) => {
            const chosen = e.target.files?.[0];
            e.target.value = '';
            if (chosen) setFile({ name: chosen.name, text: await chosen.text() });
          }}
        />
      </div>
    </form>
  );
}
