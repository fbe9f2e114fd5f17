import type { KernelRates } from '../../engine/autotune';
import { selfTest } from '../../engine/self-test';
import { LopperError } from '../../errors';
import type { Shelf } from '../../formats/shelf';
import { type Gpu, openGpu } from '../../gpu/gpu';
import type { AdapterReport } from '../contract';
import { forgetProof, keepProof, recallProof } from './adapter-proof';
import type { Environment } from './environment';
import { keepRates, recallRates } from './kernel-rates';

/** Word of a lost device takes this long at most, milliseconds. */
const LOSS_MS = 1000;

/** A device that passed its self-test, and whether it still lives. */
export class Device {
  readonly #untilLost: Promise<never>;

  constructor(
    readonly gpu: Gpu,
    readonly report: AdapterReport,
    /** The measured choice of kernels, the same for every model. */
    readonly rates: KernelRates,
  ) {
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

  /** The work's result, or `device-lost` as soon as the device is gone, whatever the work itself makes of that. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await Promise.race([work, this.#untilLost]);
      this.gpu.check();
      return result;
    } catch (error) {
      // Work that fails because the device is gone may be heard of before the loss itself: a turn, or in a browser, whose
      // GPU is another process, as long as that takes to be missed.
      const ms = error instanceof LopperError ? 0 : LOSS_MS;
      await Promise.race([this.#untilLost, new Promise((resolve) => setTimeout(resolve, ms))]);
      this.gpu.check();
      throw error;
    }
  }
}

/**
 * Opens the adapter and makes it prove itself, unless it did so a short while ago; what was measured and proved on it is
 * kept in `settings`. Throws `no-webgpu`, `no-adapter`, or `adapter-untrusted` when its numbers are wrong.
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
  const proof = anew ? undefined : await recallProof(settings, facts);
  if (known && proof) {
    const matmul = { variant: known.choice.matmul, gflops: known.gflops };
    return new Device(gpu, { ...facts, selfTest: proof, matmul }, known);
  }
  const { rates, matmul, ...tested } = await selfTest(gpu, { known });
  const report = { ...facts, matmul, selfTest: { ...tested.selfTest, at: new Date().toISOString() } };
  const { passed, worstError } = report.selfTest;
  if (!passed) {
    await forgetProof(settings, facts);
    gpu.destroy();
    throw new LopperError(
      'adapter-untrusted',
      `The adapter "${[facts.vendor, facts.architecture, facts.description].filter(Boolean).join(' ')}" computes wrong numbers: off by ${worstError.toPrecision(2)} in the self-test.`,
      'Update the graphics driver or try another browser; nothing is computed on this one.',
    );
  }
  if (!known) await keepRates(settings, facts, rates);
  await keepProof(settings, facts, report.selfTest);
  return new Device(gpu, report, rates);
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
