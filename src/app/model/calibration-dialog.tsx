import { useState } from 'react';
import { Choice } from '../shell/choice';
import { Dialog } from '../shell/dialog';
import { useApp } from '../store/store';
import { CalibrationTaskForm } from './calibration-task-form';
import { CalibrationTextForm } from './calibration-text-form';
import css from './model.module.css';

const KINDS = [
  { value: 'text', text: 'A text' },
  { value: 'task', text: 'A benchmark’s items' },
] as const;

/** What losses and influences are measured on. */
export function CalibrationDialog() {
  return (
    <Dialog name="calibration" title="Calibration text">
      <CalibrationForm />
    </Dialog>
  );
}

function CalibrationForm() {
  const task = useApp((s) => s.calibration.task !== undefined);
  const [kind, setKind] = useState<'text' | 'task'>(task ? 'task' : 'text');
  return (
    <div className={css.calibration}>
      <p>
        Losses and influences are measured on this, cut into windows. Choose what you care about: a layer that stories
        can do without may be needed for code. After a change the losses are measured anew; other results stay labelled
        with the text they were measured on.
      </p>
      <div>
        <Choice label="Measure on" value={kind} options={KINDS} onChange={(k) => setKind(k)} />
      </div>
      {kind === 'text' ? <CalibrationTextForm /> : <CalibrationTaskForm />}
    </div>
  );
}
