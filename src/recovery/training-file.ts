/**
 * Training in the file of what it trained: beside the best modules, those of the last step and AdamW's memory, as
 * `train.block.2.A`, `train.block.2.A.m` and `train.block.2.A.v`, so that a run goes on from its file to the same numbers.
 */
import * as v from 'valibot';
import { LopperError } from '../errors';
import type { ByteSource } from '../formats/bytes';
import { readHeader } from '../formats/safetensors';
import type { WrittenTensor } from '../formats/write-safetensors';
import { floats, type Recovery, type RecoveryModel, readRecovery } from './file';
import type { Numbers } from './module';
import { type AdamState, type Adapter, moduleOf, type Tensors, tensorsOf } from './training';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());

/** What the file says of a run, under the key `training` of its JSON. */
const told = v.object({
  step: count,
  best: count,
  /** Of A, B and the bias of each module, in their order. */
  rates: v.array(v.tuple([finite, finite, finite])),
  asked: v.object({
    method: v.picklist(['bias', 'mse', 'sft', 'distill']),
    fit: v.picklist(['corrected', 'full']),
    lr: finite,
    schedule: v.picklist(['constant', 'cosine']),
    batch: v.union([count, v.literal('all')]),
    seed: v.number(),
    rates: v.picklist(['scaled', 'plain']),
  }),
  textSha256: v.string(),
  losses: v.array(finite),
  heldLosses: v.array(finite),
});
export type TrainingTold = v.InferOutput<typeof told>;

const NAMES = { a: 'A', b: 'B', bias: 'bias' } as const satisfies Record<keyof Tensors, string>;
const PARTS = ['', '.m', '.v'] as const;

export const trainingTensors = ({ adapters }: AdamState): WrittenTensor[] =>
  adapters.flatMap(({ unit, module, first, second }) =>
    [tensorsOf(module), first, second].flatMap((tensors, part) =>
      (['a', 'b', 'bias'] as const).flatMap((name): WrittenTensor[] => {
        const data = tensors[name];
        const width = tensors.bias.length;
        if (!data) return [];
        const rank = data.length / width;
        const shape = { a: [rank, width], b: [width, rank], bias: [width] }[name];
        return [{ name: `train.${unit.kind}.${unit.block}.${NAMES[name]}${PARTS[part]}`, shape, data }];
      }),
    ),
  );

/** A run that a file goes on from. */
export interface TrainingRead extends Omit<TrainingTold, 'step' | 'best' | 'rates'> {
  readonly state: AdamState;
  readonly best: { readonly step: number; readonly modules: Recovery['modules'] };
}

/** Reads a run for the model that is open. Throws as `readRecovery` does, and `recovery-invalid` for a file without one. */
export async function readTraining(
  source: ByteSource,
  model: RecoveryModel,
): Promise<Pick<Recovery, 'dropped'> & { readonly run: TrainingRead; readonly warnings: readonly string[] }> {
  const { dropped, modules, about, warnings } = await readRecovery(source, model);
  const read = v.safeParse(told, about.training);
  if (!read.success) throw invalid(source.name, 'does not say how its modules were trained');
  const { step, best, rates, ...rest } = read.output;
  const { tensors } = await readHeader(source);
  const numbersOf = async (name: string, length: number): Promise<Numbers> => {
    const tensor = tensors.find((t) => t.name === name);
    if (tensor?.dtype !== 'F32' || tensor.end - tensor.start !== 4 * length) {
      throw invalid(source.name, `has no tensor ${name} of ${length} numbers`);
    }
    return floats(await tensor.source.read(tensor.start, tensor.end));
  };
  const adapters: Adapter[] = [];
  for (const [i, { unit, module }] of modules.entries()) {
    const like = tensorsOf(module);
    const part = async (suffix: string): Promise<Tensors> => {
      const own = (name: keyof Tensors) =>
        numbersOf(`train.${unit.kind}.${unit.block}.${NAMES[name]}${suffix}`, like[name]!.length);
      return { bias: await own('bias'), ...(like.a && like.b && { a: await own('a'), b: await own('b') }) };
    };
    const [numbers, first, second] = [await part(PARTS[0]), await part(PARTS[1]), await part(PARTS[2])];
    if (!rates[i]) throw invalid(source.name, `says no rates of its module ${i}`);
    adapters.push({ unit, module: moduleOf(numbers), first, second, rates: rates[i] });
  }
  return { dropped, warnings, run: { ...rest, state: { step, adapters }, best: { step: best, modules } } };
}

const invalid = (name: string, what: string) =>
  new LopperError(
    'recovery-invalid',
    `${name} ${what}, so that no training goes on from it.`,
    'Choose a file that lopper recover wrote with --out when it trained, or give it as --init.',
  );
