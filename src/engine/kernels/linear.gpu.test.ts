import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dtype } from '../../formats/dtypes';
import type { Buffer, Gpu } from '../../gpu/gpu';
import type { ModelSpec } from '../../model/spec';
import { padded } from '../layout';
import { download, flat, matrix, numbers, sharedGpu, upload, worst } from '../testing/gpu';
import { bareDispatcher, ImpatientRecorder, matrixOn } from '../testing/kernels';
import { activated, activations, linear as linearOf } from '../testing/oracle';
import type { Dispatcher } from './dispatcher';
import type { Epilogue } from './epilogue';
import { forced, linear, linearAdd, productKernels, type Way } from './linear';

/**
 * Inputs and weights are exact multiples of 1/128 below 1, so all that differs from the oracle is the rounding of sums:
 * 257 terms below 1 leave a partial sum below 20 or so, each rounded to 2^-24 of itself; measured errors are under 1e-5.
 */
const TOLERANCE = 3e-5;

const SIZES = [1, 3, 5, 17, 63, 65, 257];
const MOST_WORK = 300_000; // multiply-adds: the oracle is slow
const FILLER = 7; // what is in an output before, to see what is written and what is left alone

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedGpu();
});

type Activation = ModelSpec['activation'];

/** Every type with the two ways to store and with the gate; each of the other activations with one of the types. */
const KINDS: readonly [Dtype, Activation][] = [
  ['F32', 'silu-gated'],
  ['F16', 'silu-gated'],
  ['BF16', 'silu-gated'],
  ['F32', 'gelu-erf'],
  ['F16', 'gelu-tanh'],
  ['BF16', 'relu'],
  ['F32', 'silu'],
  ['BF16', 'gelu-tanh-gated'],
];

/** Kernels of their own for all of them in the way that compiles fastest; products.gpu.test.ts has every type by every way. */
const VARIANTS: readonly [Way, readonly [Dtype, Activation][]][] = [
  ['matmul_register', [['F16', 'silu-gated']]],
  ['matmul_workgroup', [['F16', 'silu-gated']]],
  ['matvec_register', KINDS],
  ['matvec_workgroup', [['F16', 'silu-gated']]],
];

/** With these kernels alone ready. */
async function make(way: Way, dtype: Dtype, uses: readonly Epilogue[], slow = false) {
  const d = await bareDispatcher(gpu, forced(way), slow ? new ImpatientRecorder(gpu) : undefined);
  const kinds = uses.map((epilogue) => ({ dtype, epilogue }));
  await d.ready(productKernels(d, way, kinds));
  return d;
}

async function outputOf(d: Dispatcher, size: number, run: (out: Buffer) => void, before = FILLER) {
  const out = await upload(gpu, new Float32Array(size).fill(before));
  run(out);
  return (await download(d.recorder, out)).subarray(0, size);
}

describe.each(VARIANTS)('%s multiplies as the formula says', (variant, kinds) => {
  const rowSizes = variant.startsWith('matvec') ? [1, 2, 3] : SIZES;
  const shapes = fc
    .record({
      rows: fc.constantFrom(...rowSizes),
      inputs: fc.constantFrom(...SIZES),
      outputs: fc.constantFrom(...SIZES),
      biased: fc.boolean(),
      inParts: fc.boolean(),
      seed: fc.nat(1000),
    })
    .filter((s) => s.rows * s.inputs * s.outputs <= MOST_WORK);

  it.each(kinds)('weights in %s: stored, then through %s; the padding is zero', async (dtype, activation) => {
    const d = await make(variant, dtype, ['store', activation]);
    await fc.assert(
      fc.asyncProperty(shapes, async ({ rows, inputs, outputs, biased, inParts, seed }) => {
        const next = numbers(seed);
        const x = matrix(rows, inputs, next);
        const xs = await upload(gpu, flat(x, padded(inputs)));
        const partRows = inParts ? Math.ceil(outputs / 3) : undefined;
        const stride = padded(outputs);
        for (const epilogue of ['store', activation] as const) {
          const isGated = epilogue.endsWith('-gated');
          const w = matrix(outputs * (isGated ? 2 : 1), inputs, next);
          const bias = biased ? w.map(() => next()) : undefined;
          const on = await matrixOn(gpu, w, { dtype, bias, gated: isGated, partRows });
          const got = await outputOf(d, rows * stride, (out) => linear(d, xs, rows, on, epilogue, out, stride));
          const plain = linearOf(x, w, bias);
          const want = epilogue === 'store' ? plain : plain.map((row) => activated(row, epilogue));
          // A gate multiplies two sums, each up to about 20: so do their errors.
          expect(worst(got, flat(want, stride))).toBeLessThan(isGated ? 10 * TOLERANCE : TOLERANCE);
        }
      }),
      {
        numRuns: 2,
        seed: 20,
        endOnFailure: true,
        examples: [[{ rows: rowSizes.at(-1)!, inputs: 5, outputs: 65, biased: true, inParts: true, seed: 1 }]],
      },
    );
  });

  it.each([...new Set(kinds.map(([dtype]) => dtype))])(
    'weights in %s: added to the slots of the branches only',
    async (dtype) => {
      const d = await make(variant, dtype, ['add']);
      const [perSlot, branches] = variant.startsWith('matvec') ? [1, 3] : [5, 3];
      const slots = [6, 0, 3];
      const [inputs, outputs] = [17, 65];
      const next = numbers(5);
      const x = matrix(perSlot * branches, inputs, next);
      const w = matrix(outputs, inputs, next);
      const bias = matrix(1, outputs, next)[0];
      const stream = matrix(perSlot * 8, outputs, next);
      const on = await matrixOn(gpu, w, { dtype, bias, partRows: 30 });
      const xs = await upload(gpu, flat(x, padded(inputs)));
      const buffer = await upload(gpu, flat(stream, padded(outputs)));
      linearAdd(d, xs, on, { stream: buffer, slots, rows: perSlot });
      const update = linearOf(x, w, bias);
      const want = stream.map((row) => [...row]);
      for (const [b, slot] of slots.entries())
        for (let r = 0; r < perSlot; r++)
          want[slot * perSlot + r] = want[slot * perSlot + r].map((v, i) => v + update[b * perSlot + r][i]);
      const got = await download(d.recorder, buffer);
      expect(worst(got, flat(want, padded(outputs)))).toBeLessThan(TOLERANCE);
    },
  );
});

it('a kernel for whatever becomes of a product gives the same, to the bit, as one for each', async () => {
  const next = numbers(3);
  const [rows, inputs, outputs] = [3, 17, 13];
  const xs = await upload(gpu, flat(matrix(rows, inputs, next), padded(inputs)));
  const weights = matrix(2 * outputs, inputs, next);
  const bias = matrix(1, 2 * outputs, next)[0];
  const epilogues = ['store', 'add', 'silu-gated', 'gelu-erf', 'cap'] as const;
  const came: Float32Array[][] = [];
  for (const anyEpilogue of [false, true]) {
    const d = await bareDispatcher(gpu, { fewRows: 9, anyEpilogue });
    const kinds = epilogues.map((epilogue) => ({ dtype: 'F16' as const, epilogue }));
    await d.ready(productKernels(d, 'matvec_register', kinds));
    const own: Float32Array[] = [];
    for (const epilogue of epilogues) {
      const gated = epilogue === 'silu-gated';
      const w = await matrixOn(gpu, weights.slice(0, gated ? undefined : outputs), { dtype: 'F16', bias, gated });
      const run = (out: Buffer) => {
        if (epilogue === 'add') linearAdd(d, xs, w, { stream: out, slots: [0], rows });
        else if (epilogue === 'cap') linear(d, xs, rows, { ...w, cap: 2 }, 'store', out, padded(outputs));
        else linear(d, xs, rows, w, epilogue, out, padded(outputs));
      };
      own.push(await outputOf(d, rows * padded(outputs), run));
    }
    came.push(own);
  }
  expect(came[1]).toEqual(came[0]);
  expect(new Set(came[0]!.map(String)).size).toBe(epilogues.length);
});

describe('a product that would take too long is cut', () => {
  it.each(['store', 'silu-gated'] as const)('by rows and by columns, with the same result: %s', async (epilogue) => {
    const d = await make('matmul_register', 'F16', [epilogue], true);
    const [rows, inputs, outputs] = [130, 9, 600];
    const next = numbers(8);
    const x = matrix(rows, inputs, next);
    const w = matrix(outputs * (epilogue === 'store' ? 1 : 2), inputs, next);
    const bias = w.map(() => next());
    const on = await matrixOn(gpu, w, { dtype: 'F16', bias, gated: epilogue === 'silu-gated', partRows: 350 });
    const xs = await upload(gpu, flat(x, padded(inputs)));
    const dispatches: number[] = [];
    const dispatch = d.recorder.dispatch.bind(d.recorder);
    d.recorder.dispatch = (...args) => {
      dispatches.push(args[4]);
      dispatch(...args);
    };
    const got = await outputOf(d, rows * outputs, (out) => linear(d, xs, rows, on, epilogue, out, outputs));
    const plain = linearOf(x, w, bias);
    expect(dispatches.length).toBe(3 * 3); // 64 + 64 + 2 rows by 256 + 94 columns of one part and 250 of the other
    expect(
      worst(got, flat(epilogue === 'store' ? plain : plain.map((row) => activated(row, epilogue)), outputs)),
    ).toBeLessThan(TOLERANCE);
  });

  it('with the branches still in their slots', async () => {
    const d = await make('matmul_register', 'F16', ['add'], true);
    const [perSlot, outputs, inputs] = [50, 300, 8];
    const next = numbers(9);
    const x = matrix(perSlot * 2, inputs, next);
    const w = matrix(outputs, inputs, next);
    const buffer = await upload(gpu, new Float32Array(perSlot * 3 * padded(outputs)));
    const xs = await upload(gpu, flat(x, inputs));
    linearAdd(d, xs, await matrixOn(gpu, w, { dtype: 'F16' }), { stream: buffer, slots: [2, 1], rows: perSlot });
    const y = linearOf(x, w);
    const zero = y.slice(0, perSlot).map((row) => row.map(() => 0));
    const got = await download(d.recorder, buffer);
    const want = flat([...zero, ...y.slice(perSlot), ...y.slice(0, perSlot)], padded(outputs));
    expect(worst(got, want)).toBeLessThan(TOLERANCE);
  });
});

describe('a run of columns', () => {
  it.each([
    [0, 8],
    [8, 16],
    [13, 7],
    [16, 3],
  ])('from %i on, %i of them, lies at the start of each row', async (first, count) => {
    const d = await make('matmul_register', 'F16', ['store']);
    const next = numbers(4);
    const x = matrix(5, 17, next);
    const w = matrix(20, 17, next);
    const xs = await upload(gpu, flat(x, 24));
    const on = await matrixOn(gpu, w, { dtype: 'F16', partRows: 9 });
    const stride = 24;
    const got = await outputOf(d, 5 * stride, (out) => linear(d, xs, 5, on, 'store', out, stride, { first, count }));
    const want = linearOf(x, w.slice(first, first + count)).map((row) => [
      ...row,
      // after the matrix's last column comes its padding, elsewhere nothing is touched
      ...(first + count >= 20 ? [0, 0, 0, 0] : []),
    ]);
    expect(worst(got, flat(want, stride, FILLER))).toBeLessThan(TOLERANCE);
  });
});

describe('activations far from zero', () => {
  it.each(['gelu-tanh', 'gelu-erf', 'silu', 'relu'] as const)(
    '%s neither overflows nor loses its tail, nor what is not a number',
    async (name) => {
      const [dtype] = KINDS.find(([, activation]) => activation === name)!;
      const d = await make('matvec_register', dtype, [name]);
      const inputs = [
        -1e30,
        -1000,
        -90,
        -20,
        -6,
        -4.5,
        -3,
        -1,
        -0.5,
        -1e-3,
        0,
        1e-3,
        0.4999,
        0.5,
        1,
        3,
        6,
        20,
        90,
        1000,
        Number.NaN,
      ];
      const xs = await upload(
        gpu,
        flat(
          inputs.map((v) => [v]),
          8,
        ),
      );
      const on = await matrixOn(gpu, [[1]], { dtype });
      const got = await outputOf(d, inputs.length * 8, (out) => linear(d, xs, inputs.length, on, name, out, 8));
      for (const [i, v] of inputs.entries()) {
        if (Number.isNaN(v)) {
          expect(got[8 * i], `${name} makes a number of NaN`).toBeNaN();
          continue;
        }
        const want = activations[name](Math.fround(v));
        // f32's own exp and tanh: a few units in the last place of the result, or of 1 where 1 + erf cancels.
        expect(Math.abs(got[8 * i] - want), `${name}(${v}) is ${got[8 * i]}`).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(want)) + (v > -1e4 && v < -3 ? 3e-6 : 0) + (v < -1e29 ? 1e-6 : 0),
        );
      }
    },
  );
});

it('a cap keeps what is not a number', async () => {
  const d = await make('matvec_register', 'F32', ['cap']);
  const on = { ...(await matrixOn(gpu, [[1]])), cap: 30 };
  const xs = await upload(gpu, flat([[Number.NaN], [15], [-1e9]], 8));
  const got = await outputOf(d, 24, (out) => linear(d, xs, 3, on, 'store', out, 8));
  expect(got[0]).toBeNaN();
  expect(got[8]).toBeCloseTo(30 * Math.tanh(0.5), 5);
  expect(got[16]).toBe(-30);
});
