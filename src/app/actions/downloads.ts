import type { KeptDownload } from '../../lab/contract';
import { notify, notifyFailure, tell } from '../store/notify';
import { bytes } from '../words/format';
import { toFailure } from './failure';
import { lab } from './jobs';

/** What is kept of downloads; none where a browser keeps nothing. */
export const keptDownloads = (): Promise<KeptDownload[]> =>
  lab()
    .keptDownloads()
    .catch(() => []);

/** Offers to go on with a model whose download broke off, as when the tab was closed. */
export async function offerUnfinished(): Promise<void> {
  const broken = (await keptDownloads()).find(({ complete, request }) => !complete && request?.kind === 'hub');
  if (broken?.request?.kind !== 'hub') return;
  const { repo, revision, host, file } = broken.request;
  tell(
    `The download of ${repo} is not whole yet`,
    `${bytes(broken.bytes)} of it are kept in this browser, and it goes on from there. Under Model it can be deleted.`,
    { kind: 'open', model: { repo, revision, host, ...(file !== undefined && { file }) }, dropped: [] },
  );
}

/** Deletes one of them, and says so. */
export async function deleteDownload({ from, bytes: size }: KeptDownload): Promise<void> {
  try {
    await lab().forgetDownload(from);
    notify(`Deleted ${bytes(size)}`, from);
  } catch (error) {
    notifyFailure(`${from} could not be deleted`, toFailure(error));
  }
}
