import { Dialog } from '../../widgets/dialog';
import { Late, late } from '../../widgets/late';

const TextChoice = late(() => import('./text-choice'));

/** What losses and influences are measured on. */
export function TextDialog() {
  return (
    <Dialog name="calibration" title="Text">
      <Late waiting="The texts are on their way…">
        <TextChoice />
      </Late>
    </Dialog>
  );
}
