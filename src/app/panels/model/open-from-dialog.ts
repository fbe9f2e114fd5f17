import type { ModelRequest } from '../../../lab/contract';
import { openModel } from '../../actions/open-model';
import { closeDialog } from '../../widgets/dialog';

/**
 * Opens a model from its dialog, which then makes way for the model, or for the message that says why not: a message
 * behind a dialog could not be reached. After a cancel it stays, for another try.
 */
export async function openFromDialog(request: ModelRequest): Promise<void> {
  if ((await openModel(request)) !== 'cancelled') closeDialog();
}
