/** The tensors of one file that PyTorch saved, as its pickle describes them. */
import type { ByteSource } from '../bytes';
import { refuseImpostor, SNIFF_BYTES } from '../sniff';
import type { TensorInfo } from '../tensor';
import { Call, Name, Outside, readPickle, Tuple, type Value } from './pickle';
import { strided } from './strided';
import { corrupt, refused } from './trouble';
import { type Entry, readZip } from './zip';

/** Of what one element is, by the names of safetensors: the type, and its bytes. */
const TYPES: Readonly<Record<string, readonly [dtype: string, bytes: number]>> = {
  'torch.FloatStorage': ['F32', 4],
  'torch.HalfStorage': ['F16', 2],
  'torch.BFloat16Storage': ['BF16', 2],
  'torch.DoubleStorage': ['F64', 8],
  'torch.LongStorage': ['I64', 8],
  'torch.IntStorage': ['I32', 4],
  'torch.ShortStorage': ['I16', 2],
  'torch.CharStorage': ['I8', 1],
  'torch.ByteStorage': ['U8', 1],
  'torch.BoolStorage': ['BOOL', 1],
  // Of storages that are bytes alone the tensor says the type.
  'torch.float32': ['F32', 4],
  'torch.float16': ['F16', 2],
  'torch.bfloat16': ['BF16', 2],
  'torch.float64': ['F64', 8],
  'torch.int64': ['I64', 8],
  'torch.int32': ['I32', 4],
  'torch.int16': ['I16', 2],
  'torch.int8': ['I8', 1],
  'torch.uint8': ['U8', 1],
  'torch.bool': ['BOOL', 1],
  'torch.float8_e4m3fn': ['F8_E4M3', 1],
  'torch.float8_e5m2': ['F8_E5M2', 1],
  'torch.float8_e4m3fnuz': ['F8_E4M3FNUZ', 1],
  'torch.float8_e5m2fnuz': ['F8_E5M2FNUZ', 1],
};

const MAX_RANK = 8;
/** The structure of a 7B model takes about 100 KB. */
const MOST_PICKLE = 100_000_000;

/** Under which trainers keep the weights beside the state of their optimiser. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'module'];

/** Before zips: a pickled number of ten bytes. */
const LEGACY = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/**
 * Reads the structure of a PyTorch file and runs nothing of it. Throws `pytorch-corrupt`, `pytorch-refused` naming what the
 * file asks for and tensors do not need, and `not-a-model-file`.
 */
export async function readStateDict(source: ByteSource, signal?: AbortSignal): Promise<TensorInfo[]> {
  const { name: file, size } = source;
  const head = await source.read(0, Math.min(size, SNIFF_BYTES), signal);
  refuseImpostor(file, head);
  if (LEGACY.every((byte, i) => head[i] === byte)) {
    throw refused(file, 'it was saved in the form of PyTorch before 1.6');
  }
  const entries = await readZip(source, signal);
  const pickle = [...entries.values()].find(({ name }) => /(^|\/)data\.pkl$/.test(name));
  if (!pickle) throw corrupt(file, 'there is no data.pkl in it');
  const root = pickle.name.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`)) throw refused(file, 'it is a TorchScript program, not weights');
  const packed = [...entries.values()].find((entry) => entry.packed);
  if (packed) throw refused(file, `${packed.name} in it is packed, as PyTorch packs nothing`);
  const order = entries.get(`${root}byteorder`);
  if (order && order.size < 16) {
    const said = new TextDecoder().decode(await source.read(order.start, order.start + order.size, signal));
    if (said !== 'little') throw refused(file, `its numbers are stored ${JSON.stringify(said)}-endian`);
  }
  if (pickle.size > MOST_PICKLE) throw corrupt(file, `its data.pkl has ${pickle.size} bytes`);
  const described = readPickle(await source.read(pickle.start, pickle.start + pickle.size, signal), file);
  return tensorsOf(described, { source, storage: (key) => entries.get(`${root}data/${key}`) });
}

interface Archive {
  readonly source: ByteSource;
  storage(key: string): Entry | undefined;
}

function tensorsOf(described: Value, archive: Archive): TensorInfo[] {
  const file = archive.source.name;
  if (!(described instanceof Map)) throw refused(file, 'it holds no dictionary of tensors');
  const inner = WRAPPERS.map((key) => described.get(key)).find((value) => value instanceof Map);
  const found: TensorInfo[] = [];
  for (const [name, value] of inner instanceof Map ? inner : described) {
    if (typeof name !== 'string') throw refused(file, 'it holds no dictionary of tensors by name');
    const tensor = tensorOf(value);
    if (tensor) found.push(place(name, tensor, archive));
  }
  if (found.length === 0) throw refused(file, 'there is no tensor in it');
  return found;
}

/** The call that makes a tensor, seen through what makes it a parameter. */
function tensorOf(value: Value): Call | undefined {
  if (!(value instanceof Call)) return undefined;
  if (value.path.startsWith('torch._utils._rebuild_parameter')) {
    const [inner] = value.given;
    // Not further: a parameter of a parameter is nobody's.
    return inner instanceof Call && inner.path.startsWith('torch._utils._rebuild_tensor') ? inner : undefined;
  }
  return value.path.startsWith('torch._utils._rebuild_tensor') ? value : undefined;
}

function place(name: string, call: Call, { source, storage }: Archive): TensorInfo {
  const fail = (what: string) => corrupt(source.name, `tensor ${name.slice(0, 200)} ${what}`);
  const [outside, offset, size, stride] = call.given;
  const id = outside instanceof Outside && outside.id instanceof Tuple ? outside.id.items : [];
  const [kind, type, key, , count] = id;
  if (kind !== 'storage' || !(type instanceof Name) || typeof key !== 'string' || !isCount(count)) {
    throw fail('is of no storage');
  }
  const told = call.path.endsWith('_v3') ? call.given[6] : undefined;
  const known = TYPES[told instanceof Name ? told.path : type.path];
  if (!known) throw fail(`is of the type ${type.path}, which is not read`);
  const [dtype, bytes] = known;
  const entry = storage(key);
  if (!entry) throw fail(`is of storage ${key.slice(0, 60)}, which is not in the file`);
  const [shape, strides] = [countsOf(size), countsOf(stride)];
  if (!shape || !strides || shape.length !== strides.length || shape.length > MAX_RANK || !isCount(offset)) {
    throw fail('has an impossible shape');
  }
  const elements = shape.reduce((product, n) => product * n, 1);
  const last = offset + shape.reduce((sum, n, i) => sum + Math.max(0, n - 1) * strides[i]!, 0);
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(last)) throw fail('has an impossible shape');
  if (elements > 0 && (last + 1) * bytes > entry.size) {
    throw fail(`of shape [${shape}] reaches beyond its storage of ${entry.size} bytes`);
  }
  const start = entry.start + offset * bytes;
  if (isContiguous(shape, strides) || elements === 0) {
    return { name, dtype, shape, source, start, end: start + elements * bytes };
  }
  const gathered = strided(source, { start, bytes, shape, strides });
  return { name, dtype, shape, source: gathered, start: 0, end: gathered.size };
}

/** Elements one after the other, the last dimension fastest. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i]! > 1 && strides[i] !== step) return false;
    step *= shape[i]!;
  }
  return true;
}

const isCount = (value: Value | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function countsOf(value: Value | undefined): number[] | undefined {
  const items = value instanceof Call && value.path === 'torch.Size' ? value.given[0] : value;
  return items instanceof Tuple && items.items.every(isCount) ? (items.items as number[]) : undefined;
}
