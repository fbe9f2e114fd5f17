import { chooseKernels, type KernelRates, USUAL_DTYPE } from '../../engine/autotune';
import { CASES, type Case, COMPARED, selfTest } from '../../engine/self-test';
import { LopperError } from '../../errors';
import { isDtype } from '../../formats/dtypes';
import type { Shelf } from '../../formats/shelf';
import { tellAdapter } from '../../gpu/adapter-name';
import { type Gpu, openGpu } from '../../gpu/gpu';
import type { ModelSpec } from '../../model/spec';
import type { AdapterReport } from '../contract';
import { forgetProof, keepProof, nameOfChoice, type Proof, recallProof } from './adapter-proof';
import type { Environment } from './environment';
import { keepRates, recallRates } from './kernel-rates';

/** Word of a lost device takes this long at most, milliseconds. */
const LOSS_MS = 1000;

/** What an adapter proves itself on before anything, and before a model that is not like the bundled one. */
const [FIRST, REST] = [CASES.slice(0, 1), CASES.slice(1)];

/** A device that passed its self-test, and whether it still lives. */
export class Device {
  readonly #untilLost: Promise<never>;
  /** By the name of the choice. */
  readonly #proved = new Map<string, Promise<void>>();
  readonly #rates = new Map<string, Promise<KernelRates>>();

  constructor(
    readonly gpu: Gpu,
    readonly report: AdapterReport,
    /** The measured choice of kernels for the type that most models are stored in. */
    readonly rates: KernelRates,
    /** Proves what is not proved of a choice of kernels: what the bundled model has no use for, or all. */
    readonly rest: (rates: KernelRates) => Promise<void> = async () => {},
    /** Where measurements are kept. */
    readonly settings?: Shelf,
  ) {
    this.#rates.set(USUAL_DTYPE, Promise.resolve(rates));
    this.#untilLost = gpu.device.lost.then(({ message }) => {
      gpu.check();
      throw new LopperError('device-lost', `The GPU device was lost: ${message}`, 'Run the job again.');
    });
    this.#untilLost.catch(() => undefined);
  }

  /** False once the device is lost or has refused a command: numbers from it mean nothing any more. */
  get alive(): boolean {
    return !this.gpu.failed;
  }

  /**
   * To be called before a model is put on it: where that is not like the bundled one, or its kernels are chosen otherwise,
   * the self-test is run by its choice, or the rest of it, once. Drivers may take seconds to compile the kernels of every
   * kind, and who looks at the bundled model should not wait for them. Throws `adapter-untrusted`.
   */
  async prove(spec: Pick<ModelSpec, 'modelType' | 'dtype'>): Promise<void> {
    const rates = await this.ratesFor(spec);
    const name = nameOfChoice(rates);
    const isLikeFirst = FIRST.some((c) => c.config.model_type === spec.modelType && c.dtype === spec.dtype);
    if (isLikeFirst && name === nameOfChoice(this.rates)) return;
    let proved = this.#proved.get(name);
    if (!proved) {
      proved = this.rest(rates);
      this.#proved.set(name, proved);
      // What had no memory this time may have it the next.
      proved.catch(() => this.#proved.delete(name));
    }
    await proved;
  }

  /**
   * Chooses kernels and proves all of them, whatever is kept, and keeps what comes of it for models that are opened from now
   * on. Throws `adapter-untrusted`.
   */
  async anew(): Promise<{ readonly rates: KernelRates; readonly report: AdapterReport }> {
    const { gpu, settings } = this;
    const { rates, matmul, selfTest } = await proveOn(CASES, gpu, undefined, settings);
    await keepRates(settings, gpu.facts, rates);
    await keepProof(settings, gpu.facts, { selfTest, choices: [nameOfChoice(rates)] });
    this.#rates.clear();
    this.#rates.set(USUAL_DTYPE, Promise.resolve(rates));
    this.#proved.clear();
    this.#proved.set(nameOfChoice(rates), Promise.resolve());
    return { rates, report: { ...gpu.facts, matmul, selfTest } };
  }

  /** The measured choice of kernels for a model, by the type that most of it is stored in; measured once for each type. */
  ratesFor({ dtype }: Pick<ModelSpec, 'dtype'>): Promise<KernelRates> {
    const [first = ''] = dtype.split(/[^\w]+/);
    // Where a processor computes, types differ little and measuring takes long.
    const stored = isDtype(first) && !this.gpu.facts.software ? first : USUAL_DTYPE;
    let rates = this.#rates.get(stored);
    if (!rates) {
      rates = (async () => {
        const known = await recallRates(this.settings, this.gpu.facts, stored);
        const measured = known ?? (await chooseKernels(this.gpu, stored));
        if (!known) await keepRates(this.settings, this.gpu.facts, measured, stored);
        return measured;
      })();
      this.#rates.set(stored, rates);
      rates.catch(() => this.#rates.delete(stored));
    }
    return rates;
  }

  /** The work's result, or `device-lost` as soon as the device is gone, whatever the work itself makes of that. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await Promise.race([work, this.#untilLost]);
      this.gpu.check();
      return result;
    } catch (error) {
      // Work that fails because the device is gone may be heard of before the loss itself: a turn, or in a browser, whose
      // GPU is another process, as long as that takes to be missed.
      const ms = error instanceof LopperError && error.code !== 'shader-refused' ? 0 : LOSS_MS;
      await Promise.race([this.#untilLost, new Promise((resolve) => setTimeout(resolve, ms))]);
      this.gpu.check();
      throw error;
    }
  }
}

/**
 * Opens the adapter and makes it prove itself, unless it did so a short while ago; what was measured and proved on it is
 * kept in `settings`. Throws `no-webgpu`, `no-adapter`, `shader-refused` when a kernel does not compile, or
 * `adapter-untrusted` when its numbers are wrong.
 */
export async function openDevice(
  webgpu: GPU | undefined,
  settings?: Shelf,
  /** Believes no earlier proof. */
  { anew = false } = {},
): Promise<Device> {
  const gpu = await openGpu(webgpu);
  const { facts } = gpu;
  const known = await recallRates(settings, facts);
  const proof = known && !anew ? await recallProof(settings, facts) : undefined;
  if (known && proof) {
    const matmul = { variant: known.choice.matmul, gflops: known.gflops };
    const rest = proveRest(gpu, known, settings, proof);
    return new Device(gpu, { ...facts, selfTest: proof.selfTest, matmul }, known, rest, settings);
  }
  const { rates, matmul, selfTest } = await proveOn(FIRST, gpu, known, settings);
  if (!known) await keepRates(settings, facts, rates);
  const first = { selfTest, choices: [] };
  await keepProof(settings, facts, first);
  return new Device(gpu, { ...facts, matmul, selfTest }, rates, proveRest(gpu, rates, settings, first), settings);
}

/** Proves what is not `proved` of a choice, and keeps that it is. */
function proveRest(gpu: Gpu, usual: KernelRates, settings: Shelf | undefined, proved: Proof): Device['rest'] {
  return async (rates) => {
    const { selfTest, choices } = (await recallProof(settings, gpu.facts)) ?? proved;
    const name = nameOfChoice(rates);
    if (choices.includes(name)) return;
    // By the usual choice the first cases were passed.
    const isBegun = name === nameOfChoice(usual) && selfTest.cases < CASES.length * COMPARED;
    const tested = (await proveOn(isBegun ? REST : CASES, gpu, rates, settings)).selfTest;
    const cases = selfTest.cases + tested.cases;
    const worstError = Math.max(selfTest.worstError, tested.worstError);
    const whole = isBegun ? { ...selfTest, cases, worstError } : selfTest;
    await keepProof(settings, gpu.facts, { selfTest: whole, choices: [...choices, name] });
  };
}

/** Runs the self-test on some of its cases. Throws `adapter-untrusted` where it is not passed. */
async function proveOn(cases: readonly Case[], gpu: Gpu, known: KernelRates | undefined, settings: Shelf | undefined) {
  const tested = await selfTest(gpu, { known, cases });
  const { passed, worstError } = tested.selfTest;
  if (passed) return { ...tested, selfTest: { ...tested.selfTest, at: new Date().toISOString() } };
  const { facts } = gpu;
  await forgetProof(settings, facts);
  gpu.destroy();
  throw new LopperError(
    'adapter-untrusted',
    `The adapter "${tellAdapter(facts)}" computes wrong numbers: off by ${worstError.toPrecision(2)} in the self-test.`,
    'Update the graphics driver or try another browser; nothing is computed on this one.',
  );
}

/** The device in use: opened on first use, and anew after it was lost. */
export class LiveDevice {
  #device?: Promise<Device>;
  /** One was lost, and none has proved itself since. */
  #lost = false;

  constructor(readonly environment: Pick<Environment, 'webgpu' | 'settings'>) {}

  /** Throws what `openDevice` throws. */
  async get(): Promise<Device> {
    const before = this.#device;
    const known = await before?.catch(() => undefined);
    if (known?.alive) return known;
    // Who asked at the same time opens it already.
    if (this.#device !== before) return this.get();
    known?.gpu.destroy();
    // One that was lost proves itself again, also where it could not be opened at once.
    this.#lost ||= known !== undefined;
    this.#device = this.#open();
    return this.#device;
  }

  /** The device where one is open and lives; none is opened for that. */
  async found(): Promise<Device | undefined> {
    const device = await this.#device?.catch(() => undefined);
    return device?.alive ? device : undefined;
  }

  /**
   * Lets go of it, which waits for what was handed to it. Node programs do so before they end: one that ends while Dawn
   * still compiles or computes, as after a cancelled job, crashes now and then.
   */
  async close(): Promise<void> {
    const device = await this.#device?.catch(() => undefined);
    device?.gpu.destroy();
  }

  async #open(): Promise<Device> {
    const { environment } = this;
    const device = await openDevice(await environment.webgpu(), await environment.settings(), { anew: this.#lost });
    this.#lost = false;
    return device;
  }
}
