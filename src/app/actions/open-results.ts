import { LopperError } from '../../errors';
import type { MeasuredModel } from '../../lab/contract/measured-models';
import { readModelResults } from '../../lab/files/shipped-file';
import { notifyFailure } from '../store/notify';
import { store } from '../store/store';
import { toFailure } from './failure';
import { showFirstCurves } from './known-curves';
import { openModel, type Start, showModel } from './open-model';
import { readTextFile } from './read-text';
import { fetchMeasured, fetchShipped, learnResults, showBeside } from './shipped';

/** Opens a model's results without its weights: what was measured beforehand is shown, and nothing can be computed. */
function openResults(text: string, name: string): boolean {
  try {
    const known = learnResults(readModelResults(text, name), 'file');
    showModel({ source: { kind: 'results', name }, report: known.results.model, loaded: false });
    showFirstCurves(known);
    return true;
  } catch (error) {
    notifyFailure(`${name} was not opened`, toFailure(error));
    return false;
  }
}

/** Opens what ships of a model without its weights; `start` is what is dropped and locked to begin with. */
export async function openMeasured(model: MeasuredModel, start?: Start): Promise<boolean> {
  try {
    const known = learnResults(await fetchMeasured(model), 'shipped');
    showModel({ source: { kind: 'results', name: model.name }, report: known.results.model, loaded: false }, start);
    showFirstCurves(known);
    return true;
  } catch (error) {
    notifyFailure(`${model.name} was not opened`, toFailure(error));
    return false;
  }
}

/** Opens Sapling: with its weights where they can be computed with, else what ships of it. */
export async function openSapling(): Promise<void> {
  if (store.getState().machine.status === 'ready') {
    await openModel({ kind: 'bundled' });
    return;
  }
  const shipped = await fetchShipped();
  if (!shipped) return;
  learnResults(shipped, 'shipped');
  showModel({ source: { kind: 'bundled' }, report: shipped.model, loaded: false });
  void showBeside(shipped);
}

export async function openResultsFile(file: File): Promise<boolean> {
  const text = await readTextFile(file);
  return text !== undefined && openResults(text, file.name);
}

export async function openResultsAt(address: string): Promise<boolean> {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw unreachable(address, `it answers ${answer.status}`);
    return openResults(await answer.text(), address);
  } catch (error) {
    const failure = error instanceof LopperError ? error : unreachable(address, 'it cannot be reached from this page');
    notifyFailure('The results were not opened', toFailure(failure));
    return false;
  }
}

const unreachable = (address: string, why: string) =>
  new LopperError(
    'file-missing',
    `${address} gave no results: ${why}.`,
    'Open it in a tab of its own to see what is there, or save the file and open it here.',
  );
