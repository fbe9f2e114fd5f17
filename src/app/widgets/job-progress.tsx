import { cancelJob } from '../actions/jobs';
import type { Slot } from '../store/jobs';
import { bytes, duration } from '../words/format';
import { Button } from './button';
import css from './job-progress.module.css';
import { useApp } from './use-app';

/** The running job of a slot: how far it is, how long it will take, and the way out. Nothing where none runs. */
export function JobProgress({ slot, stop = 'Cancel' }: { slot: Slot; stop?: 'Cancel' | 'Pause' }) {
  const job = useApp((s) => s.jobs[slot]);
  if (!job) return null;
  const p = job.progress;
  const share = p && p.total > 0 ? Math.min(1, p.done / p.total) : undefined;
  const amount = p && (p.unit === 'bytes' ? `${bytes(p.done)} of ${bytes(p.total)}` : undefined);
  return (
    <div className={css.row}>
      <div className={css.what}>
        <div className={css.words}>
          <span className={css.label}>{p?.label ?? `${job.label}…`}</span>
          <span className={css.left}>
            {amount}
            {p?.reading &&
              `pass ${Math.ceil(p.reading.passes)}, ${bytes(Math.round(p.reading.bytesPerSecond))}/s${p.secondsLeft !== undefined ? ', ' : ''}`}
            {p?.secondsLeft !== undefined && `${amount ? ', ' : ''}${duration(p.secondsLeft)} left`}
          </span>
        </div>
        <div
          className={css.track}
          role="progressbar"
          aria-label={job.label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={share === undefined ? undefined : Math.floor(100 * share)}
        >
          <div className={share === undefined ? css.unknown : css.bar} style={{ width: `${100 * (share ?? 0.25)}%` }} />
        </div>
      </div>
      <Button icon={stop === 'Pause' ? 'pause' : 'stop'} onClick={() => cancelJob(slot)}>
        {stop}
        <span className="visually-hidden"> {job.label}</span>
      </Button>
    </div>
  );
}
