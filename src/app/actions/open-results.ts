import { LopperError } from '../../errors';
import { readModelResults } from '../../lab/files/shipped-file';
import { notifyFailure } from '../store/notify';
import { toFailure } from './failure';
import { showModel } from './open-model';
import { readTextFile } from './read-text';
import { learnResults } from './shipped';

/** Opens a model's results without its weights: what was measured beforehand is shown, and nothing can be computed. */
export function openResults(text: string, name: string): boolean {
  try {
    const { model: report } = learnResults(readModelResults(text, name), 'file').results;
    showModel({ source: { kind: 'results', name }, report, loaded: false });
    return true;
  } catch (error) {
    notifyFailure(`${name} was not opened`, toFailure(error));
    return false;
  }
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
