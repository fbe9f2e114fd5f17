import { useState } from 'react';
import { loadBundledText } from '../../actions/calibration';
import { Button } from '../../widgets/button';
import { Choice } from '../../widgets/choice';
import { closeDialog, Dialog } from '../../widgets/dialog';
import { useApp } from '../../widgets/use-app';
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
  const bundled = useApp((s) => s.calibration.bundled);
  const [kind, setKind] = useState<'text' | 'task'>(task ? 'task' : 'text');
  return (
    <div className={css.calibration}>
      <p>
        Losses and influences are measured on this, cut into windows. Choose what you care about: a layer that stories
        can do without may be needed for code. After a change the losses are measured anew; other results stay labelled
        with the text they were measured on.
      </p>
      <div className={css.line}>
        <Choice label="Measure on" value={kind} options={KINDS} onChange={(k) => setKind(k)} />
        <Button look="quiet" disabled={bundled} onClick={() => void loadBundledText().then(closeDialog)}>
          Back to the bundled text
        </Button>
      </div>
      {kind === 'text' ? <CalibrationTextForm /> : <CalibrationTaskForm />}
    </div>
  );
}
