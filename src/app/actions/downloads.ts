import type { KeptDownload } from '../../lab/contract';
import { notify, notifyFailure } from '../store/notify';
import { bytes } from '../words/format';
import { toFailure } from './failure';
import { lab } from './jobs';

/** What is kept of downloads; none where a browser keeps nothing. */
export const keptDownloads = (): Promise<KeptDownload[]> =>
  lab()
    .keptDownloads()
    .catch(() => []);

/** Deletes one of them, and says so. */
export async function deleteDownload({ from, bytes: size }: KeptDownload): Promise<void> {
  try {
    await lab().forgetDownload(from);
    notify(`Deleted ${bytes(size)}`, from);
  } catch (error) {
    notifyFailure(`${from} could not be deleted`, toFailure(error));
  }
}
