import { useEffect, useState } from 'react';
import { tasks } from '../../../benchmarks/tasks';
import type { NamedFile } from '../../../lab/contract';
import { toFailure } from '../../actions/failure';
import { ITEM_FORMS, namesOf, readItemFiles } from '../../actions/item-files';
import { calibrateOn, partOf, setHere, showSets } from '../../actions/official-sets';
import { notifyFailure } from '../../store/notify';
import { Button } from '../../widgets/button';
import { closeDialog } from '../../widgets/dialog';
import { FileButton } from '../../widgets/file-button';
import { NumberField } from '../../widgets/number-field';
import { Select } from '../../widgets/select';
import { useApp } from '../../widgets/use-app';
import css from './text.module.css';

/** Items that are taken where nobody says otherwise: enough to tell layers apart, quick on a processor. */
const SOME_ITEMS = 50;

/** A text that is cut into windows is no task here: it is what the other form takes. */
const offered = tasks.filter((t) => !t.cut);

/** A benchmark's items: their prompts with the right answers in place. */
export function TaskForm() {
  const calibration = useApp((s) => s.calibration);
  const sets = useApp((s) => s.officialSets);
  const [name, setName] = useState(calibration.task?.task ?? offered[0]!.name);
  const [limit, setLimit] = useState(calibration.task?.limit ?? SOME_ITEMS);
  const [files, setFiles] = useState<readonly NamedFile[] | undefined>(calibration.task?.data);
  const hasTokenizer = useApp((s) => s.open.model?.report.hasTokenizer !== false);
  useEffect(() => void showSets(), []);
  const task = offered.find((t) => t.name === name)!;
  const isHere = (t: typeof task) => t.bundled !== undefined || setHere(sets, t.name) !== undefined;
  const options = (here: boolean) =>
    offered.filter((t) => isHere(t) === here).map((t) => ({ value: t.name, text: t.title }));
  const here = setHere(sets, name);
  const ready = hasTokenizer && (files !== undefined || isHere(task));
  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        calibrateOn(name, limit, files);
        closeDialog();
      }}
    >
      <div className={css.line}>
        <Select
          label="Benchmark"
          shown
          value={name}
          groups={[
            { title: 'Here', options: options(true) },
            { title: 'From files of yours', options: options(false) },
          ]}
          onChange={(v) => {
            setName(v);
            setFiles(undefined);
          }}
        />
        <NumberField label="Items" value={limit} min={1} max={100_000} onChange={setLimit} />
      </div>
      <p className={css.hint}>
        {files ? `Items of ${namesOf(files)}, which you gave, in this benchmark’s format.` : task.about}
        {!files && here && ` Here: ${partOf(here)}.`}
        {!ready &&
          hasTokenizer &&
          ' Its items are not here: give files of them, or get official sets under Benchmarks.'}
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
        <FileButton
          label="Files of items"
          accept={ITEM_FORMS}
          multiple
          onFile={(...chosen) =>
            readItemFiles(chosen).then(setFiles, (error) => notifyFailure('Nothing was opened', toFailure(error)))
          }
        >
          Open files of items
        </FileButton>
      </div>
    </form>
  );
}
