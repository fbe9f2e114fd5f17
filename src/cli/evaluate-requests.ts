import type { Request } from '../benchmarks/task';
import type { EvalRequest } from '../lab/contract';
import { readExam } from '../lab/exam/exam';
import type { Environment } from '../lab/place/environment';

/** What a task asks, item by item, as the field's harness would: no model is needed. Throws what reading a task throws. */
export async function requestsJson(request: Omit<EvalRequest, 'masks'>, environment: Environment): Promise<unknown[]> {
  const { task, items, indices, examples } = await readExam(request, environment);
  return items.map((item, i) => ({
    doc_index: indices[i],
    requests: task.requests(item, [...examples[i]!]).map(asWritten),
    gold: task.target?.(item) ?? item.gold,
  }));
}

function asWritten(request: Request) {
  if (request.kind === 'tokens') return { ids: request.ids };
  const { context } = request;
  if (request.kind === 'score') return { context, continuation: request.continuation };
  return { context, generation_kwargs: { until: request.stop, do_sample: false, temperature: 0 } };
}
