import { useEffect } from 'react';
import { dismissNotice } from '../store/notify';
import type { Notice } from '../store/view';
import { Icon } from '../widgets/icons';
import { useApp } from '../widgets/use-app';
import css from './notices.module.css';
import { offerWords, takeOffer } from './offers';

const NOTE_MS = 5000;

/** What went wrong and what to do about it, and what a person should know, until dismissed; notes pass by themselves. */
export function Notices() {
  const notices = useApp((s) => s.notices);
  return (
    <div className={css.list} role="log" aria-label="Messages" aria-live="assertive">
      {notices.map((n) => (
        <NoticeCard key={n.id} notice={n} />
      ))}
    </div>
  );
}

function NoticeCard({ notice: { id, kind, title, text, failure, offer } }: { notice: Notice }) {
  useEffect(() => {
    if (kind !== 'note') return;
    const timer = setTimeout(() => dismissNotice(id), text ? 2 * NOTE_MS : NOTE_MS);
    return () => clearTimeout(timer);
  }, [id, kind, text]);
  return (
    <div className={`${css.notice} ${css[kind]}`} role={kind === 'error' ? 'alert' : 'status'}>
      {kind === 'error' && <Icon name="warn" />}
      <div className={css.words}>
        <strong>{title}</strong>
        {text && <p>{text}</p>}
        {offer && (
          <button
            type="button"
            className={css.action}
            onClick={() => {
              takeOffer(offer);
              dismissNotice(id);
            }}
          >
            {offerWords(offer)}
          </button>
        )}
        {failure && (
          <>
            <p>{failure.message}</p>
            <p>{failure.remedy}</p>
            <code className={css.code}>{failure.code}</code>
          </>
        )}
      </div>
      <button type="button" className={css.close} aria-label={`Dismiss: ${title}`} onClick={() => dismissNotice(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
