import type { OfficialSet } from '../benchmarks/official';
import type { DropSet } from '../engine/contract';
import { LopperError, throwIfCancelled } from '../errors';
import { sha256Of } from '../formats/sha256';
import type { Tokenizer } from '../formats/tokenizer';
import { type Sublayer, type UnitKind, unitsOf } from '../model/units';
import { maskFromSublayers, toDropSet } from '../pruning/mask';
import { checkMetric, isShapley, isStatic } from '../pruning/metrics';
import type {
  AdapterReport,
  BenchmarkSet,
  Calibration,
  Checkpoint,
  CurvePoint,
  CurveReport,
  CurveRequest,
  EvalItem,
  EvalReport,
  EvalRequest,
  FetchSettings,
  GenerateEvent,
  GenerateReport,
  GenerateRequest,
  GivenFile,
  GrowthPoint,
  GrowthReport,
  GrowthRequest,
  InfluenceMetric,
  InfluenceReport,
  InfluenceSettings,
  JobId,
  JobOptions,
  KeptDownload,
  Lab,
  MemoryReport,
  ModelReport,
  ModelRequest,
  NormsReport,
  ScoreReport,
  TaskRequest,
  TokenInfluenceReport,
} from './contract';
import { type Examinee, evaluate } from './exam/evaluate';
import { AnswerBook, type Answers } from './exam/evaluate-answers';
import { checkSameExam, type Exam, examFacts, readExam } from './exam/exam';
import { checkSettings, generate } from './exam/generate';
import { type Wording, wordingOf } from './exam/wording';
import { loadingProgress, ProgressMeter } from './jobs/progress';
import { JobQueue } from './jobs/queue';
import { Calibrated, calibrationKey } from './measure/calibrated';
import { measureCurve } from './measure/curve';
import { growth } from './measure/growth';
import { measureInfluence } from './measure/influence';
import { measureNorms } from './measure/norms';
import { samplesAsked } from './measure/shapley';
import { taskWindows } from './measure/task-windows';
import { openTask } from './measure/task-worth';
import { measureTokens } from './measure/token-influence';
import { cutWindows } from './measure/windows';
import { withBudget } from './place/budget';
import { GROWTH_INDEX, readGrowthIndex } from './place/bundled-model';
import { type Device, openDevice } from './place/device';
import type { Environment, OfficialPlace } from './place/environment';
import { forgetDownload, listDownloads } from './place/kept-downloads';
import { encode, loadModel, needTokenizer, noRoomForBoth, type OpenModel, readModel } from './place/model';
import { downloadSet } from './sets/official-download';
import { givenSet } from './sets/official-files';
import { checkSubset, keepSet, listSets, needOfficialSet, type SetFiles, seenBefore } from './sets/official-store';

/** Calibrations whose measurements are kept. */
const KEPT_CALIBRATIONS = 4;

/** The lab: one device, one open model, one job at a time. `Lab` says what each method does. */
export function createLab(environment: Environment): LocalLab {
  return new LocalLab(environment);
}

type Masks = readonly (readonly Sublayer[])[];

export type { LocalLab };

class LocalLab implements Lab {
  readonly #environment: Environment;
  readonly #queue = new JobQueue();
  /** Downloads need no device, so they run beside the jobs that do. */
  readonly #downloads = new JobQueue();
  readonly #calibrated = new Map<string, Calibrated>();
  #memoryBudget?: number;
  readonly #answers = new AnswerBook();
  #device?: Promise<Device>;
  /** The open model and the device its weights are on. */
  #open?: { readonly model: OpenModel; readonly device: Device };

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async start(): Promise<AdapterReport> {
    return (await this.#liveDevice()).report;
  }

  open(request: ModelRequest, options: JobOptions): Promise<ModelReport> {
    return this.#queue.run(options.job, async (signal) => {
      const notes: string[] = [];
      const loading = loadingProgress(muteAfter(signal, options).onProgress);
      const files = await this.#environment.files(request, (note) => notes.push(note));
      // What is wrong with the files is said before anything is asked of the device.
      const found = await readModel(files, { signal, ...loading });
      const device = await this.#liveDevice();
      const work = loadModel(device.gpu, found, { signal, rates: device.rates, ...loading });
      const model = await device.guard(work).catch((error) => {
        throw this.#open ? noRoomForBoth(error) : error;
      });
      if (signal.aborted) model.engine.dispose();
      throwIfCancelled(signal);
      this.#replace(model, device);
      return { ...model.report, ...(notes.length > 0 ? { notes } : {}) };
    });
  }

  async memory(): Promise<MemoryReport> {
    if (!this.#open) return { weights: 0, activations: 0, cache: 0, peak: 0, budget: 0 };
    return this.#budgeted(this.#open.model).engine.memory();
  }

  score(calibration: Calibration, masks: Masks, options: JobOptions & { logits?: boolean }): Promise<ScoreReport[]> {
    return this.#job(options, async ({ model, signal, onProgress }) => {
      const branches = masks.map((mask) => dropSet(model, mask));
      const meter = new ProgressMeter(100, 'steps', onProgress);
      return (await this.#calibrate(model, calibration)).score(branches, {
        signal,
        logits: options.logits,
        onProgress: (fraction) => meter.update(100 * fraction, 'Scoring'),
      });
    });
  }

  influence(
    calibration: Calibration,
    metric: InfluenceMetric,
    unit: UnitKind,
    options: JobOptions & InfluenceSettings & { onEstimate?: (soFar: InfluenceReport) => void },
  ): Promise<InfluenceReport> {
    return this.#job(options, async ({ model, onProgress, ...settings }) => {
      checkMetric(metric);
      const { resume } = settings;
      // A task is a text of its own.
      const calibrated =
        metric === 'shapley-task' ? new Calibrated(model.engine, []) : await this.#calibrate(model, calibration);
      const { name, total } = stepsOf(metric, unitsOf(model.report.blocks, unit).length, settings);
      const meter = new ProgressMeter(total, 'steps', onProgress, undefined, resume?.sampling?.drawn);
      return measureInfluence(calibrated, metric, unit, {
        ...settings,
        examine: (task) => openTask(task, examinee(model), this.#environment),
        onProgress: (fraction) => {
          const done = fraction * total;
          meter.update(done, `${name}, ${Math.floor(done)} of ${total}`);
        },
      });
    });
  }

  curve(
    calibration: Calibration,
    request: CurveRequest,
    options: JobOptions & { onPoint?: (point: CurvePoint, soFar: CurveReport) => void },
  ): Promise<CurveReport> {
    return this.#job(options, async ({ model, signal, onProgress, onPoint }) => {
      const meter = new ProgressMeter(100, 'steps', onProgress);
      return measureCurve(await this.#calibrate(model, calibration), request, {
        signal,
        onPoint,
        examine: (task) => openTask(task, examinee(model), this.#environment),
        onProgress: (fraction) => meter.update(100 * fraction, `Pruning curve (${request.strategy})`),
      });
    });
  }

  norms(calibration: Calibration, options: JobOptions): Promise<NormsReport> {
    return this.#job(options, async ({ model, signal, onProgress }) => {
      const meter = new ProgressMeter(100, 'steps', onProgress);
      return measureNorms(await this.#calibrate(model, calibration), {
        signal,
        onProgress: (fraction) => meter.update(100 * fraction, 'Update norms'),
      });
    });
  }

  tokenInfluence(
    text: string,
    metric: TokenInfluenceReport['metric'],
    options: JobOptions,
  ): Promise<TokenInfluenceReport> {
    return this.#job(options, async ({ model, signal, onProgress }) => {
      const tokenizer = needTokenizer(model);
      const ids = encode(model, text);
      const meter = new ProgressMeter(100, 'steps', onProgress);
      const measured = await measureTokens(model.engine, ids, metric, {
        signal,
        onProgress: (fraction) => meter.update(100 * fraction, 'Influence by token'),
      });
      return { ...measured, tokens: ids.map((id) => tokenizer.tokenText(id)) };
    });
  }

  growth(
    calibration: Calibration,
    request: GrowthRequest,
    options: JobOptions & { onPoint?: (point: GrowthPoint, soFar: GrowthReport) => void },
  ): Promise<GrowthReport> {
    return this.#queue.run(options.job, async (signal) => {
      const { onProgress, onPoint } = muteAfter(signal, options);
      const device = await this.#liveDevice();
      const meter = new ProgressMeter(request.checkpoints.length, 'steps', onProgress);
      const { length } = request.checkpoints;
      const open = async (checkpoint: Checkpoint, step: (fraction: number) => void) => {
        const files = await this.#environment.files(checkpoint.request, () => undefined);
        const found = await readModel(files, { signal });
        const onLoad = (done: number, total: number) => step(done / total);
        const model = await loadModel(device.gpu, found, { signal, rates: device.rates, onLoad });
        return {
          engine: model.engine,
          calibrated: new Calibrated(model.engine, await this.#windows(model, calibration)),
          task: request.task && (await openTask(request.task, examinee(model), this.#environment)),
        };
      };
      const itemsOf = async (task?: TaskRequest) => task && (await readExam(task, this.#environment)).dataSha256;
      const own = 'task' in calibration ? await itemsOf({ ...calibration, shots: 0 }) : '';
      return device.guard(
        growth(request, await sha256Of((await calibrationKey(calibration)) + own), open, {
          signal,
          dataSha256: await itemsOf(request.task),
          onPoint,
          onProgress: (done, name) => meter.update(done, `${name}, ${Math.floor(done) + 1} of ${length}`),
        }),
      );
    });
  }

  /**
   * Lets go of the device, which waits for what was handed to it. Node programs do so before they end: one that ends
   * while Dawn still compiles or computes, as after a cancelled job, crashes now and then.
   */
  async close(): Promise<void> {
    const device = await this.#device?.catch(() => undefined);
    device?.gpu.destroy();
  }

  async bundledCheckpoints(): Promise<Checkpoint[]> {
    return readGrowthIndex(await this.#environment.bundledText(GROWTH_INDEX));
  }

  async configure({ memoryBudget }: { readonly memoryBudget?: number }): Promise<void> {
    if (memoryBudget !== undefined && !(memoryBudget > 0 && Number.isFinite(memoryBudget))) {
      throw new LopperError('usage', `The memory budget is ${memoryBudget}.`, 'Give a number of bytes above 0.');
    }
    this.#memoryBudget = memoryBudget;
    // Windows are laid out for the memory there is.
    this.#calibrated.clear();
  }

  generate(
    request: GenerateRequest,
    options: JobOptions & { onToken?: (e: GenerateEvent) => void },
  ): Promise<GenerateReport> {
    return this.#job(options, ({ model, signal, onProgress, onToken }) => {
      checkSettings(request);
      const { prompt, masks, maxTokens } = request;
      const tokenizer = needTokenizer(model);
      const meter = new ProgressMeter(maxTokens * masks.length, 'steps', onProgress);
      const branches = masks.map((mask) => dropSet(model, mask));
      return generate(model.engine, branches, encode(model, prompt), {
        ...request,
        tokenizer,
        eosIds: model.eosIds,
        signal,
        onToken,
        onStep: (done) => meter.update(done, `Writing, ${done} tokens`),
      });
    });
  }

  evaluate(
    request: EvalRequest,
    options: JobOptions & { onItem?: (item: EvalItem, soFar: EvalReport) => void },
  ): Promise<EvalReport> {
    return this.#job(options, async ({ model, signal, onProgress, onItem }) => {
      const branches = request.masks.map((mask) => dropSet(model, mask));
      if (branches.length === 0) throw new LopperError('usage', 'No mask is given.', 'Give [[]] for the full model.');
      const asked = examinee(model, request);
      const exam = await readExam(request, this.#environment, {
        encode: asked.wording.encode,
        context: model.report.context,
      });
      const answers = this.#answersOf(request, exam, asked.wording, branches);
      const total = exam.items.length;
      let meter: ProgressMeter | undefined;
      return evaluate(asked, exam, branches, {
        signal,
        onItem,
        answers,
        onProgress(items) {
          meter ??= new ProgressMeter(total, 'steps', onProgress, undefined, items);
          meter.update(items, `${exam.task.name}, ${Math.floor(items)} of ${total}`);
        },
      });
    });
  }

  /** The answers each branch gave to this exam before, with those that the request brings along. */
  #answersOf(request: EvalRequest, exam: Exam, wording: Wording, branches: readonly DropSet[]): Answers[] {
    const facts = examFacts(exam, wording);
    if (request.knownFrom) checkSameExam(request.knownFrom, facts);
    return branches.map((dropped, mask) => {
      const answers = this.#answers.of(JSON.stringify(facts), dropped);
      for (const [index, answer] of Object.entries(request.known?.[mask] ?? {})) {
        if (!answers.has(Number(index))) answers.set(Number(index), answer);
      }
      return answers;
    });
  }

  async benchmarkSets(): Promise<BenchmarkSet[]> {
    return listSets(await this.#environment.official());
  }

  fetchBenchmark(task: string, settings: FetchSettings, options: JobOptions): Promise<BenchmarkSet> {
    return this.#takeSet(task, settings, options, async (set, places, signal) => {
      const seen = await seenBefore(set, places);
      return downloadSet(set, settings, seen, this.#environment, { signal, ...muteAfter(signal, options) });
    });
  }

  keepBenchmark(
    task: string,
    files: readonly GivenFile[],
    settings: Pick<FetchSettings, 'limit' | 'seed'>,
    options: JobOptions,
  ): Promise<BenchmarkSet> {
    return this.#takeSet(task, settings, options, async (set) => givenSet(set, files));
  }

  /** Keeps a set's files, once they are had. */
  #takeSet(
    task: string,
    settings: FetchSettings,
    options: JobOptions,
    get: (set: OfficialSet, places: readonly OfficialPlace[], signal: AbortSignal) => Promise<SetFiles>,
  ): Promise<BenchmarkSet> {
    return this.#downloads.run(options.job, async (signal) => {
      const set = needOfficialSet(task);
      checkSubset(settings);
      const places = await this.#environment.official();
      const files = await get(set, places, signal);
      throwIfCancelled(signal);
      const kept = await keepSet(set, files, settings, places);
      // Some may be measured on other items of it.
      this.#calibrated.clear();
      return kept;
    });
  }

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

  async tokenize(text: string): Promise<{ ids: number[]; tokens: string[] }> {
    const { model } = this.#open ?? noModel();
    const tokenizer = needTokenizer(model);
    const ids = encode(model, text);
    return { ids, tokens: ids.map((id) => tokenizer.tokenText(id)) };
  }

  /** Runs work on the open model in its turn. A device that was lost since is opened anew first, and the model on it. */
  #job<O extends JobOptions, T>(
    options: O,
    work: (on: { model: OpenModel; signal: AbortSignal } & Omit<O, 'job'>) => T | Promise<T>,
  ): Promise<T> {
    return this.#queue.run(options.job, async (signal) => {
      const muted = muteAfter(signal, options);
      let { model } = this.#open ?? noModel();
      const device = await this.#liveDevice();
      if (this.#open?.device !== device) {
        const loading = loadingProgress(muted.onProgress);
        model = await device.guard(loadModel(device.gpu, model, { signal, rates: device.rates, ...loading }));
        this.#replace(model, device);
      }
      throwIfCancelled(signal);
      return device.guard((async () => work({ ...muted, model: this.#budgeted(model), signal }))());
    });
  }

  /** The device, opened and tested on first use and again after it was lost. */
  async #liveDevice(): Promise<Device> {
    const known = await this.#device?.catch(() => undefined);
    if (known?.alive) return known;
    known?.gpu.destroy();
    this.#device = this.#openDevice();
    return this.#device;
  }

  async #openDevice(): Promise<Device> {
    return openDevice(await this.#environment.webgpu(), await this.#environment.settings());
  }

  #replace(model: OpenModel, device: Device) {
    if (this.#open?.model.fingerprint !== model.fingerprint) this.#answers.clear();
    this.#open?.model.engine.dispose();
    this.#open = { model, device };
    this.#calibrated.clear();
  }

  async #calibrate(model: OpenModel, calibration: Calibration): Promise<Calibrated> {
    const key = await calibrationKey(calibration);
    let found = this.#calibrated.get(key);
    if (!found) {
      found = new Calibrated(model.engine, await this.#windows(model, calibration));
      if (this.#calibrated.size >= KEPT_CALIBRATIONS) this.#calibrated.delete(this.#calibrated.keys().next().value!);
      this.#calibrated.set(key, found);
    }
    return found;
  }

  async #windows(model: OpenModel, calibration: Calibration) {
    const { vocabulary, context } = model.report;
    const read = (text: string) => encode(model, text);
    if (!('task' in calibration)) {
      return cutWindows(calibration, { vocabulary, context, encode: model.tokenizer && read });
    }
    return taskWindows(calibration, { context, encode: read, environment: this.#environment });
  }

  /** The model with what its walks may take. */
  #budgeted(model: OpenModel): OpenModel {
    const budget = this.#memoryBudget;
    return budget === undefined ? model : { ...model, engine: withBudget(model.engine, budget) };
  }
}

/** The model as benchmarks ask it: their texts become ids as all others do. Throws `tokenizer-missing`. */
function examinee(model: OpenModel, words: Pick<EvalRequest, 'bos' | 'chat'> = {}): Examinee {
  const tokenizer: Tokenizer = { ...needTokenizer(model), encode: (text, how) => encode(model, text, how) };
  return { ...model, tokenizer, wording: wordingOf(tokenizer, words) };
}

/** What people are told is done, and how many times. */
function stepsOf(metric: InfluenceMetric, units: number, settings: InfluenceSettings): { name: string; total: number } {
  if (isShapley(metric)) return { name: 'Shapley values', total: samplesAsked(metric, units, settings) };
  return { name: isStatic(metric) ? `Influence (${metric})` : 'Leave-one-out', total: units };
}

const dropSet = (model: OpenModel, mask: readonly Sublayer[]) =>
  toDropSet(maskFromSublayers(model.report.blocks, mask));

function noModel(): never {
  throw new LopperError('usage', 'No model is open.', 'Open one first.');
}

/** The options with callbacks that fall silent once the job is cancelled, since its work may end a little later. */
function muteAfter<O extends object>(signal: AbortSignal, options: O): O {
  const mute = (value: unknown) =>
    typeof value === 'function' ? (...args: unknown[]) => void (signal.aborted || value(...args)) : value;
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, mute(value)])) as O;
}
