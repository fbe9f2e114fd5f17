/** How the matrices of a model lie on the GPU: which parts, in which types. Known before a byte of them is read. */
import { LopperError } from '../errors';
import { bytesOf, type Dtype, isInBlocks } from '../formats/dtypes';
import type { TensorInfo, TensorMap } from '../formats/tensor';
import type { FfnSpec, LinearSpec, ModelSpec, SublayerSpec } from '../model/spec';
import type { StoredTypes } from './kernels/compile';
import type { Epilogue } from './kernels/epilogue';
import { keeping, type ProductKind } from './kernels/linear';
import { type Part, padded } from './layout';

export const isGated = (spec: FfnSpec): boolean => spec.gated;

/** A table [rows, width] (embedding, head, positions) as a matrix, by its name here: in the file it may have a prefix. */
export function tableSpec(name: string, tensors: TensorMap): LinearSpec {
  const [outputs, inputs] = tensors.get(name)!.shape;
  return { weights: [name], biases: [], outputs: [outputs], inputs, transposed: false };
}

/** The type of a tensor that was described: every other has been refused. */
export const dtypeOf = (tensor: TensorInfo): Dtype => tensor.dtype as Dtype;

/**
 * Runs of outputs in one type: tensors that are stacked may be stored in several. Gate and up rows meet in one thread of
 * a kernel: where they differ, both are widened. So is what is in blocks where it cannot be copied as it lies: rows that
 * must be put in order, or that would begin inside a word.
 */
function runsOf(spec: LinearSpec, gated: boolean, tensors: TensorMap) {
  const types = spec.weights.map((name, i) => {
    const dtype = dtypeOf(tensors.get(name)!);
    if (!isInBlocks(dtype)) return dtype;
    const isLast = !gated && i === spec.weights.length - 1;
    const outputs = gated ? gatedOutputs(spec) : spec.outputs[i]!;
    const inWords = isLast || (outputs * rowBytesOf(dtype, spec.inputs)) % WORD_BYTES === 0;
    return mustArrange(spec) || !inWords ? 'F32' : dtype;
  });
  if (gated) {
    const dtype = types.every((type) => type === types[0]) ? types[0] : 'F32';
    return [{ name: spec.weights[0], outputs: gatedOutputs(spec), dtype }];
  }
  const runs: { name: string; outputs: number; dtype: Dtype }[] = [];
  for (const [i, name] of spec.weights.entries()) {
    const before = runs.at(-1);
    if (before?.dtype === types[i]) before.outputs += spec.outputs[i];
    else runs.push({ name, outputs: spec.outputs[i], dtype: types[i] });
  }
  return runs;
}

/** Outputs of a gated matrix, gate and up apart or in one tensor. */
export const gatedOutputs = ({ outputs }: LinearSpec): number => (outputs.length === 1 ? outputs[0] / 2 : outputs[0]);

/** What the queue writes is whole words. */
const WORD_BYTES = 4;

/** Bytes of a row of a matrix on the GPU. */
export const rowBytesOf = (dtype: Dtype, inputs: number): number => bytesOf(dtype, padded(inputs));

/** A matrix's parts, none larger than a binding. Throws `model-too-large` where a row is. */
export function partsOf(spec: LinearSpec, gated: boolean, tensors: TensorMap, limit: number): Omit<Part, 'buffer'>[] {
  let start = 0;
  return runsOf(spec, gated, tensors).flatMap(({ name, outputs, dtype }) => {
    const rowBytes = rowBytesOf(dtype, spec.inputs);
    const together = rowBytes % WORD_BYTES === 0 ? 1 : 2; // rows that end with a word
    const cuts = cut(name, Math.ceil(outputs / together), together * rowBytes, gated, limit);
    const before = start;
    start += outputs;
    return cuts.map((c) => {
      const first = together * c.first;
      return { first: before + first, outputs: Math.min(together * c.outputs, outputs - first), dtype };
    });
  });
}

/** How a matrix of `outputs` rows (pairs of rows where gated) is cut so that no part is larger than a binding. */
export function cut(
  name: string,
  outputs: number,
  rowBytes: number,
  gated: boolean,
  limit: number,
): { first: number; outputs: number }[] {
  const each = Math.floor(limit / (rowBytes * (gated ? 2 : 1)));
  if (each === 0) {
    throw new LopperError(
      'model-too-large',
      `${gated ? 'A gate and an up row' : 'One row'} of ${name} ${gated ? 'take' : 'takes'} ${rowBytes * (gated ? 2 : 1)} bytes, more than the adapter binds at once (maxStorageBufferBindingSize ${limit}).`,
      'Choose a smaller model, or a browser and GPU with larger limits.',
    );
  }
  const parts = [];
  for (let first = 0; first < outputs; first += each) parts.push({ first, outputs: Math.min(each, outputs - first) });
  return parts;
}

interface Matrix {
  readonly spec: LinearSpec;
  readonly gated: boolean;
}
const plain = (spec: LinearSpec): Matrix => ({ spec, gated: false });

/** The matrix into a sublayer and the one back to the stream. */
const matricesOf = (s: SublayerSpec): [into: Matrix, back: Matrix] =>
  s.kind === 'attn' ? [plain(s.qkv), plain(s.out)] : [{ spec: s.up, gated: isGated(s) }, plain(s.down)];

/** Sublayers of one form fit into each other's buffers. */
export const formOf = (s: SublayerSpec, tensors: TensorMap): string =>
  [
    s.kind,
    ...matricesOf(s).flatMap((m) => runsOf(m.spec, m.gated, tensors).map((r) => `${r.dtype} ${r.outputs}`)),
  ].join(', ');

/** In which types the matrices of a model are stored, and for what they are used. */
export function storedTypes(spec: ModelSpec, tensors: TensorMap): StoredTypes {
  const products = new Map<string, ProductKind>();
  const use = (m: Matrix, epilogue: Epilogue) => {
    for (const { dtype } of runsOf(m.spec, m.gated, tensors)) products.set(`${dtype} ${epilogue}`, { dtype, epilogue });
  };
  for (const s of spec.sublayers) {
    const [into, back] = matricesOf(s);
    use(into, s.kind === 'attn' ? 'store' : spec.activation);
    use(back, s.normAfter ? 'store' : 'add');
  }
  const typeOf = (name: string) => dtypeOf(tensors.get(name)!);
  use(plain(tableSpec(spec.head, tensors)), keeping({ cap: spec.logitCap }));
  return {
    embedding: typeOf(spec.embedding),
    positions: spec.positions ? typeOf(spec.positions) : undefined,
    products: [...products.values()],
  };
}

/** What is widened at once: enough rows to be multiplied well, and little beside a model that is stored in blocks. */
const ROOM_BYTES = 64 * 2 ** 20;

/** Bytes that a model's matrices in blocks are widened into, piece by piece; 0 where none are. */
export function roomBytes(spec: ModelSpec, tensors: TensorMap, limit: number): number {
  const tables = [spec.embedding, spec.head].map((name) => plain(tableSpec(name, tensors)));
  const wanted = [...spec.sublayers.flatMap(matricesOf), ...tables].flatMap(({ spec, gated }) => {
    const rowBytes = rowBytesOf('F32', spec.inputs) * (gated ? 2 : 1);
    return partsOf(spec, gated, tensors, limit)
      .filter(({ dtype }) => isInBlocks(dtype))
      .map(({ outputs }) => Math.max(rowBytes, Math.min(outputs * rowBytes, ROOM_BYTES, limit)));
  });
  return Math.max(0, ...wanted);
}

/** Throws `model-too-large`, naming the tensor and the limit, if some tensor can never reach this adapter. */
export function preflight(spec: ModelSpec, tensors: TensorMap, limit: number): void {
  const tables = [spec.embedding, spec.head].map((name) => plain(tableSpec(name, tensors)));
  for (const m of [...spec.sublayers.flatMap(matricesOf), ...tables]) {
    const [{ dtype }] = partsOf(m.spec, m.gated, tensors, limit);
    if (!mustArrange(m.spec)) continue;
    for (const name of m.spec.weights) {
      const tensor = tensors.get(name)!;
      stagingBytes(tensor, m.gated ? dtype : dtypeOf(tensor), limit);
    }
  }
  if (spec.positions) {
    const bytes =
      (spec.context + (spec.positionOffset ?? 0)) * rowBytesOf(dtypeOf(tensors.get(spec.positions)!), spec.width);
    if (bytes > limit) throw tooLarge(spec.positions, bytes, limit); // read whole by the embedding kernel
  }
}

/** Whether the rows of a matrix do not lie in the file as the kernels read them. */
export const mustArrange = (l: LinearSpec): boolean => l.transposed || l.inputs % 8 !== 0;

/** Bytes of the copy from which the GPU puts a tensor's rows in order. Throws `model-too-large`. */
export function stagingBytes(tensor: TensorInfo, dtype: Dtype, limit: number): number {
  const bytes = bytesOf(
    dtype,
    tensor.shape.reduce((product, n) => product * n, 1),
  );
  if (bytes > limit) throw tooLarge(tensor.name, bytes, limit);
  return bytes;
}

const tooLarge = (name: string, bytes: number, limit: number): LopperError =>
  new LopperError(
    'model-too-large',
    `${name} takes ${bytes} bytes, more than the adapter binds at once (maxStorageBufferBindingSize ${limit}).`,
    'Choose a smaller model, or a browser and GPU with larger limits.',
  );
