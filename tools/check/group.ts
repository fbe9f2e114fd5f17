import { spawn, spawnSync } from 'node:child_process';

export interface GroupOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends it, and all that it has started. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program of Node's with all that it starts, its errors shown, its output not. Rejects where it is ended by the
 * signal, and the whole group with it: what a test run has started would stay on the card otherwise, beside what is measured next.
 */
export function runGroup(args: readonly string[], { cwd, env, signal: given }: GroupOptions): Promise<number | null> {
  const child = spawn(process.execPath, args, {
    ...{ cwd, env, stdio: ['ignore', 'ignore', 'inherit'] },
    detached: process.platform !== 'win32', // a group of its own, which Ctrl-C does not reach
  });
  const end = () => {
    if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    else
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // none of it is left
      }
  };
  const interrupted = (signal: NodeJS.Signals) => {
    end();
    process.kill(process.pid, signal);
  };
  return new Promise<number | null>((resolve, reject) => {
    const aborted = () => {
      end();
      reject(given.reason);
    };
    given.addEventListener('abort', aborted);
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.once(signal, interrupted);
    const done = () => {
      given.removeEventListener('abort', aborted);
      if (process.platform !== 'win32') end(); // one that crashed leaves what it has started
      for (const signal of signals) process.off(signal, interrupted);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('exit', (status) => {
      done();
      resolve(status);
    });
  });
}
