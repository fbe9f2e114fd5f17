import { LopperError, throwIfCancelled } from '../errors';
import { listFiles, listRevisions } from '../formats/hub';
import type {
  Appraisal,
  BenchmarkSet,
  Checkpoint,
  Cost,
  HubListing,
  HubLook,
  HubPlace,
  JobId,
  JobOptions,
  KeptDownload,
  LabItself,
  ModelFacts,
  ModelReport,
  ModelRequest,
} from './contract';
import { AnswerBook } from './exam/evaluate-answers';
import { JOBS, type JobName, jobMethods, type Lab, mergeParts } from './jobs';
import { costJob } from './jobs/cost';
import { Desk, noModel } from './jobs/desk';
import { exportModel } from './jobs/export';
import type { Job, RunningJob } from './jobs/job';
import { appraise } from './measure/appraise';
import { Calibrations } from './measure/calibrations';
import { timed } from './measure/timed';
import { withBudget } from './place/budget';
import { GROWTH_INDEX, readGrowthIndex } from './place/bundled-model';
import { describeModel, withNotes } from './place/describe';
import { type Device, LiveDevice } from './place/device';
import type { Environment } from './place/environment';
import { forgetDownload, listDownloads } from './place/kept-downloads';
import { lookAt } from './place/look';
import { encode, loadModel, needTokenizer, noRoomForBoth, type OpenModel, readModel } from './place/model';
import { loadingProgress } from './running/progress';
import { JobQueue } from './running/queue';
import { listSets } from './sets/official-store';
import { fetchSet, keepGivenSet } from './sets/take-set';

/** A lab in this very program. */
export type LocalLab = Lab & Pick<DeviceLab, 'close'>;

/** The lab: one device, one open model, one job at a time. `Lab` says what each method does. */
export function createLab(environment: Environment): LocalLab {
  const lab = new DeviceLab(environment);
  const methods = jobMethods((...asked) => lab.run(...asked));
  return Object.assign(lab, methods);
}

/** Keeps the device, the model on it and its calibrations, and lets jobs at them in their turn. */
class DeviceLab implements LabItself {
  readonly #environment: Environment;
  readonly #device: LiveDevice;
  readonly #queue = new JobQueue();
  /** Downloads need no device, so they run beside the jobs that do. */
  readonly #downloads = new JobQueue();
  readonly #calibrations: Calibrations;
  readonly #answers = new AnswerBook();
  #memoryBudget?: number;
  /** Times that a cost was asked. */
  #asked = 0;
  /** The open model and the device its weights are on. */
  #open?: { readonly model: OpenModel; readonly device: Device };

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#device = new LiveDevice(environment);
    this.#calibrations = new Calibrations(environment);
  }

  /** Runs a job in its turn. A device that was lost since is opened anew first, and the model on it. */
  run<Request, Report, Events>(
    job: Job<Request, Report, Events>,
    request: Request,
    options: JobOptions & Events,
  ): Promise<Report> {
    return this.#queue.run(options, async (running) => {
      for (let asked = request; ; ) {
        try {
          return await this.#runOnce(job, asked, running);
        } catch (error) {
          const isLost = error instanceof LopperError && error.code === 'device-lost';
          const next = isLost ? job.goOn?.(asked) : undefined;
          if (!next) throw error;
          asked = next as Request;
        }
      }
    });
  }

  async #runOnce<Request, Report, Events>(
    job: Job<Request, Report, Events>,
    request: Request,
    running: RunningJob & Events,
  ): Promise<Report> {
    const { signal } = running;
    const onProgress = this.#withReading(running.onProgress);
    if (!job.opensItsOwn && !this.#open) noModel();
    const device = await this.#device.get();
    if (!job.opensItsOwn && this.#open?.device !== device) {
      const loading = { signal, ...loadingProgress(onProgress) };
      this.#replace(await device.guard(loadModel(device, this.#open!.model, loading)), device);
    }
    throwIfCancelled(signal);
    return device.guard(job.run(this.#desk(device), request, { ...running, onProgress }));
  }

  /** Progress with what is read meanwhile of weights that are streamed. */
  #withReading(report: JobOptions['onProgress']): JobOptions['onProgress'] {
    const before = this.#open?.model.engine.memory().reading;
    if (!before || !report) return report;
    const started = performance.now();
    return (progress) => {
      const now = this.#open?.model.engine.memory().reading;
      if (!now) return report(progress);
      const bytes = now.bytes - before.bytes;
      const seconds = (performance.now() - started) / 1000;
      report({ ...progress, reading: { passes: bytes / now.bytesPerPass, bytesPerSecond: bytes / seconds } });
    };
  }

  async appraise(room?: number): Promise<Appraisal[]> {
    const device = await this.#device.found();
    if (!device) return appraise();
    const { limits, software } = device.gpu.facts;
    const { speed, engine } = this.#open?.model ?? {};
    const own = speed?.isKnown ? speed.rate : undefined;
    const matmul = 1e9 * Math.max(0, ...Object.values(device.rates.gflops));
    const reading = engine?.memory().reading;
    return appraise({
      limit: limits.maxStorageBufferBindingSize,
      room: room ?? 2 * limits.maxBufferSize,
      // On a processor the start-up measurement is off by far; on a graphics card a small model says little of a large one.
      rate: software ? own : Math.max(own ?? 0, matmul),
      ...(reading && reading.seconds > 0 && { reading: reading.bytes / reading.seconds }),
    });
  }

  /** As `Lab` says. */
  cost(name: JobName, request: never): Promise<Cost | undefined> {
    const job: Job<never, unknown> = JOBS[name];
    return this.run(costJob(job), request, { job: `cost ${++this.#asked}` });
  }

  /** As `Lab` says. */
  async merge(name: JobName, parts: readonly never[]): Promise<never> {
    return mergeParts(name, parts);
  }

  readonly start: LabItself['start'] = async () => (await this.#device.get()).report;

  describe(request: ModelRequest, options: JobOptions): Promise<ModelFacts> {
    return this.#downloads.run(options, async ({ signal }) => {
      const notes: string[] = [];
      const files = await this.#environment.files(request, (note) => notes.push(note));
      return withNotes(await describeModel(files, signal, request.precision), notes);
    });
  }

  listHub(place: HubPlace, options: JobOptions): Promise<HubListing> {
    return this.#downloads.run(options, async ({ signal }) => {
      const asking = this.#environment.hub(place.host);
      const [files, revisions] = await Promise.all([
        listFiles(place, asking, signal),
        listRevisions(place, asking, signal),
      ]);
      return { ...(files && { files }), ...(revisions && { revisions }) };
    });
  }

  look(request: ModelRequest, options: JobOptions): Promise<HubLook> {
    return this.#downloads.run(options, async ({ signal }) => {
      const notes: string[] = [];
      const files = await this.#environment.files(request, (note) => notes.push(note));
      const room = await this.#environment.room();
      const look = await lookAt(files, { signal, precision: request.precision, room });
      return { ...look, facts: withNotes(look.facts, notes) };
    });
  }

  async useToken(host: string, token: string | undefined): Promise<void> {
    this.#environment.useToken(host, token);
  }

  open(request: ModelRequest, options: JobOptions): Promise<ModelReport> {
    return this.#queue.run(options, async ({ signal, onProgress }) => {
      const notes: string[] = [];
      const loading = { signal, ...loadingProgress(onProgress) };
      const files = await this.#environment.files(request, (note) => notes.push(note));
      // What is wrong with the files is said before anything is asked of the device.
      const found = await readModel(files, { ...loading, precision: request.precision, stay: request.stay });
      const device = await this.#device.get();
      const model = await device.guard(loadModel(device, found, loading)).catch((error) => {
        throw this.#open ? noRoomForBoth(error) : error;
      });
      if (signal.aborted) model.engine.dispose();
      throwIfCancelled(signal);
      this.#replace(model, device);
      return withNotes(model.report, notes);
    });
  }

  /** To be called before a Node program ends: see `LiveDevice.close`. */
  close(): Promise<void> {
    return this.#device.close();
  }

  readonly memory: LabItself['memory'] = async () =>
    this.#open ? this.#model.engine.memory() : { weights: 0, activations: 0, cache: 0, peak: 0, budget: 0 };

  readonly exportModel: LabItself['exportModel'] = (request, options) =>
    this.#downloads.run(options, (running) => exportModel(this.#environment, () => this.#model, request, running));

  readonly calibrate: LabItself['calibrate'] = async (name, calibration) => this.#calibrations.name(name, calibration);

  async configure({ memoryBudget }: { readonly memoryBudget?: number }): Promise<void> {
    if (memoryBudget !== undefined && !(memoryBudget > 0 && Number.isFinite(memoryBudget))) {
      throw new LopperError('usage', `The memory budget is ${memoryBudget}.`, 'Give a number of bytes above 0.');
    }
    this.#memoryBudget = memoryBudget;
    // Windows are laid out for the memory there is.
    this.#calibrations.clear();
  }

  async bundledCheckpoints(): Promise<Checkpoint[]> {
    return readGrowthIndex(await this.#environment.bundledText(GROWTH_INDEX));
  }

  async tokenize(text: string): Promise<{ ids: number[]; tokens: string[] }> {
    const tokenizer = needTokenizer(this.#model);
    const ids = encode(this.#model, text);
    return { ids, tokens: ids.map((id) => tokenizer.tokenText(id)) };
  }

  readonly benchmarkSets: LabItself['benchmarkSets'] = async () => listSets(await this.#environment.official());

  readonly fetchBenchmark: LabItself['fetchBenchmark'] = (task, settings, options) =>
    this.#takeSet(options, (running) => fetchSet(task, settings, this.#environment, running));

  readonly keepBenchmark: LabItself['keepBenchmark'] = (task, files, settings, options) =>
    this.#takeSet(options, (running) => keepGivenSet(task, files, settings, this.#environment, running));

  async keptDownloads(): Promise<KeptDownload[]> {
    return listDownloads((await this.#environment.downloads(() => {})).cache);
  }

  async forgetDownload(from: string): Promise<void> {
    await forgetDownload((await this.#environment.downloads(() => {})).cache, from);
  }

  async cancel(job: JobId): Promise<void> {
    this.#queue.cancel(job);
    this.#downloads.cancel(job);
  }

  #takeSet(options: JobOptions, take: (running: RunningJob) => Promise<BenchmarkSet>): Promise<BenchmarkSet> {
    return this.#downloads.run(options, async (running) => {
      const kept = await take(running);
      // Some may be measured on other items of it.
      this.#calibrations.clear();
      return kept;
    });
  }

  #desk(device: Device): Desk {
    return new Desk(this.#environment, device, this.#open && this.#model, this.#calibrations, this.#answers);
  }

  /** The open model, with what its walks may take. Throws `usage` where none is open. */
  get #model(): OpenModel {
    const { model } = this.#open ?? noModel();
    const budget = this.#memoryBudget;
    return budget === undefined ? model : { ...model, engine: withBudget(model.engine, budget) };
  }

  #replace(model: OpenModel, device: Device) {
    if (this.#open?.model.fingerprint !== model.fingerprint) this.#answers.clear();
    this.#open?.model.engine.dispose();
    this.#open = { model: timed(model), device };
    this.#calibrations.clear();
  }
}
