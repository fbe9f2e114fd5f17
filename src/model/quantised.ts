/** What a config.json says of quantised weights: what is read of them, and what is refused with where to turn. */
import * as v from 'valibot';
import { LopperError } from '../errors';
import { shown } from '../json';

const maybe = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);

const Quantised = v.looseObject({
  quant_method: maybe(v.string()),
  format: maybe(v.string()),
  fmt: maybe(v.string()),
  bits: maybe(v.number()),
  group_size: maybe(v.number()),
  mode: maybe(v.string()),
  weight_block_size: maybe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1)))),
});

/** MLX writes `quantization`, and the same again as `quantization_config`, without a method. */
export const QUANTISED_KEYS = { quantization_config: maybe(Quantised), quantization: maybe(Quantised) };

type Keys = v.InferOutput<v.ObjectSchema<typeof QUANTISED_KEYS, undefined>>;

/** Rows and columns of a block of an FP8 matrix that shares a scale, where that is said. */
export const fp8BlockOf = ({ quantization_config: said }: Keys): number | undefined => {
  const [rows, columns] = said?.weight_block_size ?? [];
  if (rows !== columns) throw refused(`FP8 in blocks of ${rows} by ${columns}`);
  return rows;
};

/** Throws `dtype-unsupported`, by name, for weights that are stored in a way that is not read. */
export function refuseQuantised({ quantization_config, quantization }: Keys): void {
  const said = quantization_config ?? quantization;
  if (!said) return;
  const { quant_method: method, format, fmt, bits, mode } = said;
  if (!method && said.group_size && bits) {
    if ((mode ?? 'affine') === 'affine' && [2, 4, 8].includes(bits)) return;
    throw refused(`MLX, ${mode ?? 'affine'}, ${bits} bits`);
  }
  if ((method === 'fp8' && (fmt ?? 'e4m3') === 'e4m3') || method === 'fbgemm_fp8') return;
  if (method === 'compressed-tensors' && format === 'float-quantized') return;
  const more = [format, bits && `${bits} bits`].filter((word) => typeof word === 'string');
  throw refused([method ? shown(method) : 'by an unnamed method', ...more].join(', '));
}

const refused = (how: string) => new LopperError('dtype-unsupported', `The weights are quantised (${how}).`, ELSEWHERE);

/** Where to turn with weights that are quantised in a way that is not read. */
export const ELSEWHERE =
  'Of quantised weights GGUF, FP8 (E4M3) and MLX with 2, 4 or 8 bits are read: take the same model as GGUF, or the one that ' +
  'this one was quantised from, published as F32, F16 or BF16.';
