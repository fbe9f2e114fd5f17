import { version } from '../../../package.json';
import type { Examination } from '../../lab/contract';
import { examinationText } from '../../lab/files/examination-text';
import { notify } from '../store/notify';
import { store } from '../store/store';
import { lab, runJob } from './jobs';
import { refreshMemory } from './session';

/** Measures what this machine can do, and how quickly the open model is read. */
export async function examineMachine(): Promise<void> {
  await runJob({
    slot: 'examine',
    label: 'What this machine can do',
    failure: 'The machine could not be measured',
    run: (options) => lab().examine({}, options),
    show: (found) =>
      store.setState(({ machine }) => ({
        machine: machine.status === 'ready' ? { ...machine, adapter: found.adapter, found } : machine,
      })),
  });
  await refreshMemory();
}

/** Copies what was found as a text, for a message to whoever helps; the clipboard may be closed to the page. */
export async function copyExamination(found: Examination): Promise<void> {
  try {
    await navigator.clipboard.writeText(examinationText(found, version));
    notify('What was measured is copied');
  } catch {
    notify('Nothing was copied', 'The browser did not let the page copy: select the lines and copy them by hand.');
  }
}
