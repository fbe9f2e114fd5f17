import type { Reporter } from '../../src/cli/terminal';
import type { ModelRequest } from '../../src/lab/contract';
import { AnswerBook } from '../../src/lab/exam/evaluate-answers';
import { Desk } from '../../src/lab/jobs/desk';
import type { Job } from '../../src/lab/jobs/job';
import { Calibrations } from '../../src/lab/measure/calibrations';
import { openDevice } from '../../src/lab/place/device';
import { loadModel, type OpenModel, readModel } from '../../src/lab/place/model';
import { nodeEnvironment } from '../../src/lab/place/node';
import type { Shipping } from './arguments';
import { onProcessor, Processor } from './processor';
import { writeWidened } from './widened';

/** A model on this machine's adapter, and its jobs. */
export interface Place {
  readonly model: OpenModel;
  readonly desk: Desk;
  /** What computed what is asked here. */
  readonly adapter: string;
  run<Request, Report, Events>(
    job: Job<Request, Report, Events>,
    request: Request,
    name: string,
    events?: Events,
  ): Promise<Report>;
}

export interface Places {
  readonly engine: Place;
  readonly fast: Place;
  /** Where one was given: what `fast` walks with. */
  readonly processor?: Processor;
}

/** The same model twice: as every adapter walks it, and with a Python's matrices where one is given. */
export async function openPlaces(
  request: ModelRequest,
  { python, scratch }: Pick<Shipping, 'python' | 'scratch'>,
  root: string,
  reporter: Reporter,
): Promise<Places> {
  const environment = nodeEnvironment(root, { onSoftware: (driver) => reporter.note(`Computing on ${driver}.`) });
  const device = await openDevice(await environment.webgpu(), await environment.settings());
  const read = await readModel(await environment.files(request, (note) => reporter.note(note)), {});
  const opened = await loadModel(device, read, {});
  const place = (model: OpenModel, adapter: string): Place => {
    const desk = new Desk(environment, device, model, new Calibrations(environment), new AnswerBook());
    return {
      ...{ model, desk, adapter },
      run: (job, asked, name, events) => {
        reporter.note(name);
        const running = { signal: new AbortController().signal, onProgress: reporter.progress };
        return device.guard(job.run(desk, asked, Object.assign(running, events)));
      },
    };
  };
  const { vendor, description } = device.report;
  // "llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)" is more than a caption can hold.
  const engine = place(opened, [vendor, description.split(/[:(]/)[0]!.trim()].filter(Boolean).join(' '));
  if (!python) return { engine, fast: engine };
  const processor = await Processor.start(python, root, await writeWidened(scratch, read));
  return {
    engine,
    processor,
    fast: place({ ...opened, engine: onProcessor(opened.engine, processor) }, processor.name),
  };
}
