import { linear } from '../../src/engine/kernels/linear';
import type { Linear } from '../../src/engine/layout';
import type { Machine } from '../../src/engine/machine';
import type { Buffer, Gpu } from '../../src/gpu/gpu';
import { seeded } from '../../src/random';
import { takeTurns } from './timing';

/** Rows, inputs and outputs: this model's own products, then larger ones. One row is a step of decoding. */
const PRODUCTS: readonly (readonly [rows: number, inputs: number, outputs: number])[] = [
  [1, 128, 1024],
  [1, 1024, 4096],
  [256, 128, 256],
  [256, 128, 768],
  [256, 384, 128],
  [256, 128, 1024],
  [256, 512, 512],
  [512, 1024, 1024],
];
/** A product is repeated until it takes this long, so that what a submission costs does not count. */
const ENOUGH_MS = 150;

export interface Product {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly gflops: number;
}

/** Rates of the engine's own f32 product kernels, as it chose them for this adapter; best of three. */
export async function sweepMatmul({ gpu, recorder, dispatcher }: Machine): Promise<Product[]> {
  const products: Product[] = [];
  for (const [rows, inputs, outputs] of PRODUCTS) {
    const x = await filled(gpu, rows * inputs);
    const buffer = await filled(gpu, outputs * inputs);
    const out = await gpu.allocate('out', 4 * rows * outputs, 'activations');
    const w: Linear = {
      parts: [{ buffer, first: 0, outputs, dtype: 'F32' }],
      outputs,
      steps: inputs / 8,
      gated: false,
    };
    let repeats = 1;
    const run = async () => {
      for (let i = 0; i < repeats; i++) linear(dispatcher, x, rows, w, 'store', out, outputs);
      await recorder.flush();
      await gpu.device.queue.onSubmittedWorkDone();
    };
    let [times] = await takeTurns([run], 1);
    while (Math.min(...times!) < ENOUGH_MS && repeats < 4096) {
      repeats = Math.ceil(repeats * Math.min(16, (1.3 * ENOUGH_MS) / Math.min(...times!)));
      [times] = await takeTurns([run], 3);
    }
    products.push({
      rows,
      inputs,
      outputs,
      gflops: (2 * rows * inputs * outputs * repeats) / (Math.min(...times!) * 1e6),
    });
    recorder.forget();
    for (const b of [x, buffer, out]) gpu.free(b);
  }
  return products;
}

async function filled(gpu: Gpu, length: number): Promise<Buffer> {
  const random = seeded(length);
  const buffer = await gpu.allocate('random', 4 * length, 'activations');
  gpu.device.queue.writeBuffer(
    buffer.raw,
    0,
    Float32Array.from({ length }, () => random() - 0.5),
  );
  return buffer;
}
