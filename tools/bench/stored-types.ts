import { FULL, without } from '../../src/engine/branch';
import { Engine } from '../../src/engine/engine';
import { packTokens } from '../../src/engine/pack';
import { bytesOf, DTYPES, type Dtype } from '../../src/formats/dtypes';
import type { TensorInfo, TensorMap } from '../../src/formats/tensor';
import type { Gpu } from '../../src/gpu/gpu';
import { parseConfig } from '../../src/model/config';
import { describe, layoutOf } from '../../src/model/describe';
import { seeded } from '../../src/random';
import { tokens } from './shape';
import { median, takeTurns } from './timing';

const TYPES = ['F16', 'Q8_0', 'Q4_0', 'Q4_K', 'Q6_K'] as const satisfies readonly Dtype[];

/** Rows of whole blocks of every type, of the bench's usual size otherwise. */
const CONFIG = {
  ...{ model_type: 'llama', hidden_size: 256, num_hidden_layers: 6, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 768, vocab_size: 1024, max_position_embeddings: 1024, tie_word_embeddings: false },
};
const PREFILL = 256;
const LEAVE_ONE_OUT = 64;
const ROUNDS = 3;
const STEPS = 12;

/** A small scale, and where in a block some lie that is not its beginning: else random bits would stand for anything. */
const SCALE = 0x1400;
const SCALES: Partial<Record<Dtype, readonly number[]>> = { Q4_K: [0, 2], Q6_K: [208] };

function randomTensors(dtype: Dtype): TensorMap {
  const random = seeded(1);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shape] of layoutOf(parseConfig(JSON.stringify(CONFIG))).shapes) {
    const count = shape.reduce((product, n) => product * n, 1);
    const type = shape.length === 1 ? 'F32' : dtype;
    const bytes = new Uint8Array(bytesOf(type, count));
    const view = new DataView(bytes.buffer);
    if (type === 'F32') for (let i = 0; i < count; i++) view.setFloat32(4 * i, 1, true);
    else if (type === 'F16') for (let i = 0; i < count; i++) view.setUint16(2 * i, 0x2000 + 1024 * random(), true);
    else {
      for (let i = 0; i < bytes.length; i++) bytes[i] = 256 * random();
      const block = DTYPES[type].bytes;
      for (let at = 0; at < bytes.length; at += block) {
        for (const scale of SCALES[type] ?? [0]) view.setUint16(at + scale, SCALE, true);
      }
    }
    const read = async (start: number, end: number) => bytes.slice(start, end);
    tensors.set(name, {
      name,
      dtype: type,
      shape,
      source: { name, size: bytes.length, read },
      start: 0,
      end: bytes.length,
    });
  }
  return tensors;
}

export interface StoredTypeResult {
  readonly dtype: string;
  readonly weightBytes: number;
  readonly prefillTokensPerSecond: number;
  readonly leaveOneOutMs: number;
  readonly decodeTokensPerSecond: number;
}

/** Prefill, leave-one-out and decoding of one model by the type its matrices are stored in; the types take turns. */
export async function measureStoredTypes(gpu: Gpu): Promise<StoredTypeResult[]> {
  const config = parseConfig(JSON.stringify(CONFIG));
  const engines: Engine[] = [];
  const sizes: number[] = [];
  for (const dtype of TYPES) {
    const tensors = randomTensors(dtype);
    sizes.push([...tensors.values()].reduce((sum, { end }) => sum + end, 0));
    engines.push(await Engine.open(gpu, describe(config, tensors), tensors));
  }
  const walk = (engine: Engine, length: number, branches = [FULL]) =>
    engine.walk(packTokens([{ ids: tokens(length), scoreFrom: 1 }]), branches);
  const each = Array.from({ length: 2 * CONFIG.num_hidden_layers }, (_, i) => without([i]));
  const prefills = await takeTurns(
    engines.map((engine) => () => walk(engine, PREFILL)),
    ROUNDS,
  );
  const losses = await takeTurns(
    engines.map((engine) => () => walk(engine, LEAVE_ONE_OUT, each)),
    ROUNDS,
  );
  const decoders = await Promise.all(engines.map((engine) => engine.decoder(FULL, [tokens(16)], 2 * STEPS)));
  const steps = await takeTurns(
    decoders.map((decoder) => () => decoder.step([{ sequence: 0, id: 7 }])),
    STEPS,
    3,
  );
  for (const decoder of decoders) decoder.dispose();
  const results = engines.map((_, i) => ({
    dtype: TYPES[i]!,
    weightBytes: sizes[i]!,
    prefillTokensPerSecond: (1000 * PREFILL) / median(prefills[i]!),
    leaveOneOutMs: median(losses[i]!),
    decodeTokensPerSecond: 1000 / median(steps[i]!),
  }));
  for (const engine of engines) engine.dispose();
  return results;
}
