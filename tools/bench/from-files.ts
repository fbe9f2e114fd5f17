/** A model's files to losses: how long until the first, and what a pass takes whose weights stream. */
import { FULL } from '../../src/engine/branch';
import type { EngineContract } from '../../src/engine/contract';
import { packTokens } from '../../src/engine/pack';
import type { ModelFiles } from '../../src/formats/bytes';
import type { TensorMap } from '../../src/formats/tensor';
import { type Device, openDevice } from '../../src/lab/place/device';
import type { Environment } from '../../src/lab/place/environment';
import { loadModel, type ReadModel, readModel } from '../../src/lab/place/model';
import { median, takeTurns } from './timing';

/** Tokens of the text, every one scored. */
const TOKENS = 64;
const ROUNDS = 5;

/** The model that LOPPER_BENCH_MODEL names, a folder or a GGUF; in a page and without it the bundled one. */
async function filesOf(environment: Environment): Promise<ModelFiles> {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const given = process?.env?.LOPPER_BENCH_MODEL;
  if (!given) return environment.files({ kind: 'bundled' }, () => undefined);
  const [, path = given, file] = /^(.+)\/([^/]+\.gguf)$/.exec(given) ?? [];
  return environment.files({ kind: 'folder', path, file }, () => undefined);
}

const treeOf = ({ vocabulary }: ReadModel['spec']) =>
  packTokens([{ ids: Array.from({ length: TOKENS }, (_, i) => (i * 7919 + 13) % vocabulary), scoreFrom: 1 }]);

async function lossOf(engine: EngineContract, tree: ReturnType<typeof treeOf>): Promise<void> {
  const { branches } = await engine.walk(tree, [FULL]);
  if (!branches[0]!.logprob.every(Number.isFinite)) throw new Error('The walk gave numbers that are not finite.');
}

export interface StreamedPassResult {
  readonly model: string;
  readonly tokens: number;
  readonly bytes: number;
  readonly residentMs: number;
  readonly streamedMs: number;
  /** Of a streamed pass: what reading took, most of it beside the work, and how long the work waited for it. */
  readonly readMs: number;
  readonly waitedMs: number;
}

/** Passes over one text, resident and streamed in turn. */
export async function measureStreamedPass(environment: Environment): Promise<StreamedPassResult> {
  const device = await openDevice(await environment.webgpu());
  const read = await readModel(await filesOf(environment), {});
  const resident = await loadModel(device, { ...read, stay: 'all' }, {});
  const streamed = await loadModel(device, { ...read, stay: 'none' }, {});
  const tree = treeOf(read.spec);
  try {
    const warmUps = 2;
    const [stay, pass] = await takeTurns(
      [() => lossOf(resident.engine, tree), () => lossOf(streamed.engine, tree)],
      ROUNDS,
      warmUps,
    );
    const { bytes, bytesPerPass, seconds, waited } = streamed.engine.memory().reading!;
    const passes = bytes / bytesPerPass;
    return {
      ...{ model: read.files.id, tokens: TOKENS, bytes: bytesPerPass },
      ...{ residentMs: median(stay!), streamedMs: median(pass!) },
      ...{ readMs: (1000 * seconds) / passes, waitedMs: (1000 * waited) / passes },
    };
  } finally {
    resident.engine.dispose();
    streamed.engine.dispose();
    device.gpu.destroy();
  }
}

export interface OpeningResult {
  readonly model: string;
  readonly tokens: number;
  /** From a device that is open to the first loss, and of that: config, tokenizer and headers; the proof of kernels that this model needs; the weights on the device; the first walk. */
  readonly wholeMs: number;
  readonly headersMs: number;
  readonly proofMs: number;
  readonly weightsMs: number;
  readonly firstMs: number;
  /** Reading every byte of its weights once, and a walk when all is warm. */
  readonly readMs: number;
  readonly walkMs: number;
}

/** Opens a model once on a device that has seen no model: what is compiled for it counts. */
export async function measureOpening(environment: Environment): Promise<OpeningResult> {
  const device = await openDevice(await environment.webgpu());
  const files = await filesOf(environment);
  const started = performance.now();
  const read = await readModel(files, {});
  const headed = performance.now();
  await prove(device, read);
  const proved = performance.now();
  const { engine } = await loadModel(device, { ...read, stay: 'all' }, {});
  const loaded = performance.now();
  try {
    const tree = treeOf(read.spec);
    await lossOf(engine, tree);
    const ended = performance.now();
    const [walks, reads] = await takeTurns([() => lossOf(engine, tree), () => readAll(read.tensors)], 3, 0);
    return {
      ...{ model: read.files.id, tokens: TOKENS },
      ...{ wholeMs: ended - started, headersMs: headed - started, proofMs: proved - headed },
      ...{ weightsMs: loaded - proved, firstMs: ended - loaded, readMs: median(reads!), walkMs: median(walks!) },
    };
  } finally {
    engine.dispose();
    device.gpu.destroy();
  }
}

async function prove(device: Device, { spec }: ReadModel): Promise<void> {
  await device.prove(spec);
  await device.ratesFor(spec);
}

async function readAll(tensors: TensorMap): Promise<void> {
  const step = 8 * 2 ** 20;
  for (const { source, start, end } of tensors.values()) {
    for (let at = start; at < end; at += step) await source.read(at, Math.min(end, at + step));
  }
}
