/** The scripts for clusters do what they say, on the real engines where those are installed. */
import { expect, it } from 'vitest';
import { cannotProve, prove } from './prove.mjs';

const MINUTES = 60_000;

for (const engine of ['slurm', 'ray'] as const) {
  const reason = cannotProve(engine);
  if (reason) console.log(`skipped: parts on ${engine}, since ${reason}`);
  it.skipIf(reason !== undefined)(
    `on ${engine}, a worker that is killed is started again, and the parts are one run to the byte`,
    async () => {
      expect(await prove(engine)).toContain('started again; merged to the bytes of one run');
    },
    5 * MINUTES,
  );
}
