import type { Engine } from '../../src/engine/engine';
import { prefill } from './ours';
import { PREFILL_TOKENS } from './shape';
import { median, takeTurns } from './timing';

export interface KernelTime {
  readonly kernel: string;
  readonly dispatches: number;
  /** What its dispatches take in one prefill. */
  readonly ms: number;
}

/** Times a dispatch is recorded over again to be measured. */
const EXTRA = 4;

/**
 * Where a prefill's time goes: it is timed as it is, then again with the dispatches of one kernel after another repeated.
 * (Left out they could not be: what others do would change, and with it their time.)
 */
export async function measureKernelTimes(engine: Engine): Promise<{ wholeMs: number; kernels: KernelTime[] }> {
  const { recorder } = engine.machine;
  const { dispatch } = recorder;
  const counts = new Map<string, number>();
  let repeated: string | undefined;
  let counting = true;
  recorder.dispatch = (pipeline, ...rest) => {
    const name = pipeline.kernel.entry;
    if (counting) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (let i = name === repeated ? -EXTRA : 0; i <= 0; i++) dispatch.call(recorder, pipeline, ...rest);
  };
  const run = (kernel?: string) => async () => {
    repeated = kernel;
    // Numbers mean nothing where a kernel that adds is repeated.
    await prefill(engine, PREFILL_TOKENS).catch(() => undefined);
  };
  try {
    await run()();
    counting = false;
    const names = [...counts.keys()];
    const times = (await takeTurns([run(), ...names.map(run)], 3)).map(median);
    const wholeMs = times[0]!;
    const kernels = names.map((kernel, i) => ({
      kernel,
      dispatches: counts.get(kernel)!,
      ms: (times[i + 1]! - wholeMs) / EXTRA,
    }));
    return { wholeMs, kernels: kernels.sort((a, b) => b.ms - a.ms) };
  } finally {
    recorder.dispatch = dispatch;
  }
}
