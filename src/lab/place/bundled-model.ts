import * as v from 'valibot';
import { LopperError } from '../../errors';
import type { ModelFiles } from '../../formats/bytes';
import { eightBitFiles } from '../../formats/eight-bit';
import { parseObject } from '../../formats/json';
import type { Checkpoint } from '../contract';

/** Where the list of the bundled model's checkpoints lies, under `public/`. */
export const GROWTH_INDEX = 'models/sapling/growth/index.json';

/** The bundled model's files, or those of its training's checkpoint at `step`. */
export const bundledModel = (files: ModelFiles, step?: number): ModelFiles =>
  step === undefined ? files : eightBitFiles(files, `growth/step${step}.safetensors`, `step${step}`);

const growthIndex = v.object({
  /** Steps whose weights ship as 8-bit files, ascending. */
  steps: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** The step at which the bundled model itself stands. */
  end: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** The checkpoints that ship, the finished model last. Throws `file-missing` for what is not their list. */
export function readGrowthIndex(text: string): Checkpoint[] {
  const index = v.safeParse(growthIndex, parseObject(text, GROWTH_INDEX, 'file-missing'));
  if (!index.success) {
    throw new LopperError(
      'file-missing',
      `${GROWTH_INDEX} does not list the bundled model's checkpoints.`,
      'Reload the page; if that does not help, this copy of Lopper is incomplete.',
    );
  }
  const { steps, end } = index.output;
  return [
    ...steps.map((step): Checkpoint => ({ name: `step${step}`, step, request: { kind: 'bundled', step } })),
    { name: `step${end}`, step: end, request: { kind: 'bundled' } },
  ];
}
