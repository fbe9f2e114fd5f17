/** Recovery modules within another file's JSON: what each stands in for, and its numbers in base64 where they are few. */
import * as v from 'valibot';
import { LopperError } from '../errors';
import { PLAIN_UNITS } from '../model/units';
import { type Numbers, type Placed, READS, type RecoveryModule } from './module';
import { unitName } from './units';

/** Numbers of all modules above which they stay out: 2 MB of them are 2.7 MB of text. */
export const MOST_NUMBERS = 500_000;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());

export const recoveryEntry = v.object({
  unit: v.tuple([v.picklist(PLAIN_UNITS), count]),
  /** How it was fitted. */
  kind: v.string(),
  /** Its name in the file that `lopper recover` or the page wrote. */
  tensor: v.optional(v.string()),
  strength: v.optional(finite),
  rank: v.optional(v.pipe(count, v.minValue(1))),
  /** Other than the raw stream. */
  reads: v.optional(v.picklist(READS)),
  /** F32, little-endian, in base64; shapes as in that file. */
  numbers: v.optional(
    v.object({
      bias: v.string(),
      A: v.optional(v.string()),
      B: v.optional(v.string()),
      diagonal: v.optional(v.string()),
    }),
  ),
});
export type RecoveryEntry = v.InferOutput<typeof recoveryEntry>;

export function writeEntries(modules: readonly Placed[], kind: string): RecoveryEntry[] {
  const all = modules.reduce((sum, { module }) => sum + arraysOf(module).reduce((n, a) => n + a.length, 0), 0);
  return modules.map(({ unit, module }) => {
    const { strength, bias, map, diagonal, reads } = module;
    return {
      ...{ unit: [unit.kind, unit.block], kind, tensor: `${unit.kind}.${unit.block}`, strength },
      ...(map && { rank: map.rank }),
      ...(reads && { reads }),
      ...(all <= MOST_NUMBERS && {
        numbers: {
          bias: toText(bias),
          ...(map && { A: toText(map.a), B: toText(map.b) }),
          ...(diagonal && { diagonal: toText(diagonal) }),
        },
      }),
    };
  });
}

const arraysOf = ({ bias, map, diagonal }: RecoveryModule): Numbers[] => [
  bias,
  ...(map ? [map.a, map.b] : []),
  ...(diagonal ? [diagonal] : []),
];

/** The modules of those entries that have their numbers. Throws `recovery-invalid` for numbers of another shape, or none. */
export function readEntries(entries: readonly RecoveryEntry[], width: number): Placed[] {
  return entries.flatMap(({ unit: [kind, block], strength = 1, rank = 0, reads, numbers }) => {
    if (!numbers) return [];
    const unit = { kind, block };
    const read = (name: keyof typeof numbers, length: number): Numbers => {
      const values = fromText(numbers[name] ?? '');
      if (values?.length === length && values.every(Number.isFinite)) return values;
      throw new LopperError(
        'recovery-invalid',
        `The recovery of ${unitName(unit)} cannot be read: its ${name} is not ${length} finite numbers.`,
        'Choose a file that Lopper wrote for this model, or leave its "recovery" out.',
      );
    };
    const map = rank > 0 && { rank, a: read('A', rank * width), b: read('B', rank * width) };
    const diagonal = numbers.diagonal !== undefined && read('diagonal', width);
    const module = {
      strength,
      ...(reads && { reads }),
      bias: read('bias', width),
      ...(map && { map }),
      ...(diagonal && { diagonal }),
    };
    return [{ unit, module }];
  });
}

function toText(values: Numbers): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  let text = '';
  for (const byte of new Uint8Array(view.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromText(text: string): Numbers | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    if (bytes.length % 4 > 0) return undefined;
    const view = new DataView(bytes.buffer);
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  } catch {
    return undefined;
  }
}
