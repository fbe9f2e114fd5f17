import { useState } from 'react';
import { Choice } from '../../widgets/choice';
import { useApp } from '../../widgets/use-app';
import { BundledTexts } from './bundled-texts';
import { OwnTextForm } from './own-text-form';
import { TaskForm } from './task-form';
import css from './text.module.css';

const KINDS = [
  { value: 'bundled', text: 'Texts that come with Lopper' },
  { value: 'own', text: 'A text of your own' },
  { value: 'task', text: 'A benchmark’s items' },
] as const;
type Kind = (typeof KINDS)[number]['value'];

const FORMS: Readonly<Record<Kind, () => React.ReactNode>> = {
  bundled: BundledTexts,
  own: OwnTextForm,
  task: TaskForm,
};

/** A text that comes with Lopper, one's own, or a benchmark's items. */
export default function TextChoice() {
  const { task, name } = useApp((s) => s.calibration);
  const hasTokenizer = useApp((s) => s.open.model?.report.hasTokenizer !== false);
  const [kind, setKind] = useState<Kind>(task ? 'task' : name && hasTokenizer ? 'bundled' : 'own');
  const Form = FORMS[kind];
  return (
    <div className={css.form}>
      <p>
        Losses and influences are measured on this, cut into windows. Choose what you care about: a layer that stories
        can do without may be needed for code. After a change the losses are measured anew; other results stay labelled
        with the text they were measured on.
      </p>
      <div className={css.line}>
        <Choice label="Measure on" value={kind} options={KINDS} onChange={(k) => setKind(k)} />
      </div>
      <Form />
    </div>
  );
}
