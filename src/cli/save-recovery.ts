import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LopperError } from '../errors';
import { type Recovery, type RecoveryAbout, writeRecovery } from '../recovery/file';
import { calibrationSource } from './calibration';
import type { Session } from './command';

type Notes = Pick<RecoveryAbout, 'method' | 'settings' | 'loss' | 'training'> & {
  /** That were fitted on. */
  readonly tokens: number;
};

/** Before anything is computed for it: throws `file-missing` where `out` could not be written. Nothing is made. */
export async function checkOut({ args, path }: Pick<Session, 'args' | 'path'>): Promise<void> {
  const out = args.values.get('out');
  if (out === undefined) return;
  const found = await stat(path(out)).catch(() => undefined);
  if (found?.isDirectory()) throw unwritable(out, new Error('it is a folder'));
  await access(found ? path(out) : dirname(path(out)), constants.W_OK).catch((cause) => {
    throw unwritable(out, cause);
  });
}

const unwritable = (out: string, cause: Error): LopperError =>
  new LopperError(
    'file-missing',
    `${out} cannot be written (${cause.message}).`,
    'Name a file in a folder that is there and may be written to.',
    { cause },
  );

/** Writes what stands in, for `--recovery` and for the page, with what it was fitted on and what it was worth. */
export async function saveRecovery(
  session: Session,
  out: string,
  recovery: Recovery,
  { tokens, ...notes }: Notes,
  training?: Parameters<typeof writeRecovery>[3],
): Promise<void> {
  const { lab, model, path, version, reporter } = session;
  const { vendor, description } = await lab.start();
  const { source, sha256 } = (await calibrationSource(session)) ?? { source: '' };
  const about = {
    ...notes,
    calibration: { source, ...(sha256 && { sha256 }), tokens },
    made_by: {
      lopper: await version(),
      adapter: [vendor, description].filter(Boolean).join(' '),
      dtype: model.dtype,
    },
  };
  await writeFile(path(out), writeRecovery(recovery, model, about, training)).catch((cause) => {
    throw unwritable(out, cause);
  });
  reporter.note(`${out} has what was fitted: give it to lopper score with --recovery ${out}.`);
}
