import type { Cost } from '../contract';
import { costOn } from '../measure/cost';
import type { Job } from './job';

/** What a job would take, as a job of its own: a text is read for it and a little walked, on the device and in its turn. */
export const costJob = <Request>({ opensItsOwn, work }: Job<Request, unknown>): Job<Request, Cost | undefined> => ({
  opensItsOwn,
  async run(desk, request, { signal }) {
    const found = await work?.(desk, request);
    return found && costOn(desk.model, found, signal);
  },
});
