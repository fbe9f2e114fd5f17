import code from '../../../shaders/flash.wgsl?raw';
import { kernel, read, write } from '../../gpu/kernel';
import { Parameters } from '../../gpu/parameters';
import { padded } from '../layout';
import { type AttentionStep, type Heads, tileWork } from './attention-step';
import { type Dispatcher, type KernelChoice, type Variant, variant } from './dispatcher';

const parameters = new Parameters('Params', {
  rows: 'u32',
  heads: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  qStride: 'u32',
  tilesPerBranch: 'u32',
  firstTile: 'u32',
  cacheRows: 'u32',
  window: 'u32',
  slice: 'u32',
  slices: 'u32',
  scale: 'f32',
  cap: 'f32',
});

const SHADER = { file: 'flash.wgsl', code, parameters };

export const FLASH = kernel({
  ...SHADER,
  entry: 'flash',
  bindings: {
    places: read(1),
    tiles: read(2),
    keys: read(3),
    q: read(4),
    kv: read(5),
    out: write(6),
    slices_out: write(7),
  },
  constants: ['THREADS', 'ROWS'],
});

export const FLASH_JOIN = kernel({
  ...SHADER,
  entry: 'flash_join',
  bindings: { places: read(1), tiles: read(2), out: write(6), slices_in: read(8) },
  constants: [],
});

/** Query heads of a workgroup; see shaders/flash.wgsl. */
const HEADS = 4;

/** Keys of a slice: one text of 2,048 tokens with 8 key heads then makes 128 workgroups. */
const SLICE = 128;

/** Workgroups down that every adapter takes. */
const MOST_TILES = 65_535;

/** Threads of a workgroup: one for each channel of a head. */
const threadsFor = ({ headDim }: Heads): number => Math.ceil(headDim / 64) * 64;

/** Bytes of workgroup memory, at 256 threads a little more than every adapter has. */
const bytesFor = (spec: Heads): number => 16 * (HEADS * threadsFor(spec) + 16 + 4);

/** Rows of a tile that the kernel is compiled for: one, where every tile has one, as a step of texts being written. */
const rowsOf = ({ rows, tileCount }: Pick<AttentionStep, 'rows' | 'tileCount'>): 1 | 4 => (tileCount === rows ? 1 : 4);

const flashVariant = (spec: Heads, rows: 1 | 4) => variant(FLASH, { THREADS: threadsFor(spec), ROWS: rows });

/** Of those of this adapter's choice that this model's heads fit into. */
export function flashKernels(d: Dispatcher, spec: Heads): Variant[] {
  const { maxComputeInvocationsPerWorkgroup: threads, maxComputeWorkgroupStorageSize: bytes } =
    d.kernels.gpu.facts.limits;
  if (threadsFor(spec) > threads || bytesFor(spec) > bytes || spec.heads % spec.kvHeads !== 0) return [];
  const { steps, texts }: NonNullable<KernelChoice['flash']> = d.choice.flash ?? { steps: false, texts: false };
  return [
    ...(steps ? [flashVariant(spec, 1), variant(FLASH_JOIN, {})] : []),
    ...(texts ? [flashVariant(spec, 4)] : []),
  ];
}

/** Whether this step is computed so: where it is quicker. */
export const flashes = (d: Dispatcher, spec: Heads, a: AttentionStep): boolean => d.has(flashVariant(spec, rowsOf(a)));

/** out = what the rows see of the cache, mixed, from q and the cache as `place` leaves them; `scores` holds slices. */
export function flash(d: Dispatcher, spec: Heads, a: AttentionStep): void {
  const { places, tiles, keys, q, kv, out, scores } = a;
  const rows = rowsOf(a);
  const threads = threadsFor(spec);
  const step = (keys: number) => Math.ceil(keys / threads) * threads;
  const slice = step(rows === 1 ? SLICE : a.scoreStride);
  const slices = Math.ceil(a.scoreStride / slice);
  const qStride = padded(spec.heads * spec.headDim);
  const told = (firstTile: number) => ({
    rows: a.rows,
    heads: spec.heads,
    kvHeads: spec.kvHeads,
    headDim: spec.headDim,
    qStride,
    tilesPerBranch: a.tileCount,
    firstTile,
    cacheRows: a.cacheRows,
    window: a.sight.window ?? 0,
    slice,
    slices,
    scale: spec.attentionScale,
    cap: spec.scoreCap ?? 0,
  });
  const sets = spec.kvHeads * Math.ceil(spec.heads / spec.kvHeads / HEADS);
  const inAll = a.tileCount * a.branches;
  const work = (tileWork(spec, a) * rows) / 2; // of four rows; keys and values
  // Slices of a tile take less room than its scores, of which there is room for one tile at least.
  const fits = Math.min(MOST_TILES, Math.max(1, Math.floor(d.recorder.maxWork / work)), roomFor(spec, a, slices));
  for (let firstTile = 0; firstTile < inAll; firstTile += fits) {
    const count = Math.min(fits, inAll - firstTile);
    d.run(
      flashVariant(spec, rows),
      told(firstTile),
      { places, tiles, keys, q, kv, out, slices_out: slices > 1 ? scores : d.empty },
      [sets * slices, count],
      count * work,
    );
    if (slices === 1) continue;
    d.run(
      variant(FLASH_JOIN, {}),
      told(firstTile),
      { places, tiles, out, slices_in: scores },
      [Math.ceil(qStride / 256), count],
      count * slices * spec.heads * spec.headDim,
    );
  }
}

/** Tiles whose slices `scores` has room for. */
const roomFor = ({ heads, headDim }: Heads, { scores }: AttentionStep, slices: number): number =>
  slices === 1 ? MOST_TILES : Math.floor(scores.bytes / (heads * slices * (headDim + 4) * 4));
