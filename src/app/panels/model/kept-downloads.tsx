import { useEffect, useState } from 'react';
import type { KeptDownload } from '../../../lab/contract';
import { deleteDownload, keptDownloads } from '../../actions/downloads';
import { Button } from '../../widgets/button';
import { useApp } from '../../widgets/use-app';
import { bytes } from '../../words/format';
import css from './model.module.css';
import { openFromDialog } from './open-from-dialog';

/** What this browser keeps of models and benchmarks that were downloaded; a second click deletes. */
export function KeptDownloads() {
  const [kept, setKept] = useState<readonly KeptDownload[]>([]);
  const [asked, setAsked] = useState<string>();
  const source = useApp((s) => s.open.model?.source);
  const busy = useApp((s) => s.jobs.open !== undefined || s.jobs.benchmark !== undefined);
  const ready = useApp((s) => s.machine.status === 'ready');
  const [persisted, setPersisted] = useState<boolean>();
  useEffect(() => void navigator.storage?.persisted?.().then(setPersisted, () => undefined), []);
  useEffect(() => void (busy || keptDownloads().then(setKept)), [busy]);
  if (kept.length === 0) return null;
  // A large model reads its weights from there again and again.
  const isOpen = ({ from }: KeptDownload) =>
    source?.kind === 'hub' && from.endsWith(`/${source.repo}@${source.revision}`);
  const remove = async (download: KeptDownload) => {
    setAsked(undefined);
    await deleteDownload(download);
    setKept(await keptDownloads());
  };
  return (
    // What broke off is to be seen.
    <details className={css.card} open={kept.some((d) => !d.complete)}>
      <summary>
        Downloads kept in this browser, {bytes(kept.reduce((sum, d) => sum + d.bytes, 0))}
        {kept.some((d) => !d.complete) && ', one of them not whole yet'}
      </summary>
      {persisted === false && (
        <p className={css.hint}>The browser may clear them away when it runs out of room, and would say nothing.</p>
      )}
      <ul className={css.downloads} aria-label="Downloads kept">
        {kept.map((download) => (
          <li key={download.from}>
            <span>
              {download.from.replace(/^https?:\/\//, '')}
              <span className="soft">
                , {bytes(download.bytes)}
                {!download.complete && ', not whole yet'}
                {download.inMemory && ', in memory: it goes with the tab'}
                {isOpen(download) && ', open now'}
              </span>
            </span>
            {download.request && !isOpen(download) && (
              <Button disabled={busy || !ready} onClick={() => void openFromDialog(download.request!)}>
                {download.complete ? 'Open' : 'Go on'}
                <span className="visually-hidden"> {download.from}</span>
              </Button>
            )}
            <Button
              disabled={busy || isOpen(download)}
              onBlur={() => setAsked(undefined)}
              onClick={() => (asked === download.from ? void remove(download) : setAsked(download.from))}
            >
              {asked === download.from ? 'Really delete' : 'Delete'}
              <span className="visually-hidden"> {download.from}</span>
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
