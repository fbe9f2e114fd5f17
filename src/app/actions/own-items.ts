import type { TaskRequest } from '../../lab/contract';
import { OWN_TASK } from '../store/benchmarks';
import type { AppState } from '../store/state';

/** A task to be measured, with the file it is asked from where that is a person's own. */
export const withItems = ({ ownItems }: Pick<AppState, 'ownItems'>, request: TaskRequest): TaskRequest =>
  request.task === OWN_TASK && ownItems && !request.data ? { ...request, data: [ownItems] } : request;
