/** What stands in for dropped layers of another model than Sapling, beforehand: in closed form, fitted on half of a text. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Branch, FULL, without } from '../../src/engine/branch';
import type { RecoverSettings } from '../../src/lab/contract';
import {
  readModelResults,
  type ShippedDetails,
  type ShippedRecovery,
  shippedFile,
} from '../../src/lab/files/shipped-file';
import type { Calibrated } from '../../src/lab/measure/calibrated';
import { type FitTexts, fitModules, recovered, solveLinear } from '../../src/lab/measure/recover';
import { sublayerIndex } from '../../src/model/units';
import { parseDropList } from '../../src/pruning/drop-list';
import { type LossParts, undoneShare } from '../../src/pruning/paired-loss';
import { fitMean, mapOfRank } from '../../src/recovery/fit';
import type { Placed, RecoveredUnit } from '../../src/recovery/module';
import { mergeMoments } from '../../src/recovery/moments';
import { recoveredUnits } from '../../src/recovery/units';
import type { Places } from './place';
import { momentsOf, type Processor } from './processor';
import { both, rounded, SEQ_LEN } from './recoveries';
import type { KeptWork } from './work';

/** In the order in which they are shown. */
const MENDERS = [
  { method: 'mean' },
  { method: 'linear', rank: 8 },
  { method: 'linear', rank: 32 },
] as const satisfies readonly RecoverSettings[];

/** A mask as `--drop` takes it, and a text: a file under `public/`. */
export interface ToMend {
  readonly drop: string;
  readonly source: string;
}

/** Each mask with each of its stand-ins, fitted on the even windows of its text and measured on both halves. */
export async function mendMasks(
  { fast, processor }: Places,
  work: KeptWork,
  root: string,
  masks: readonly ToMend[],
): Promise<ShippedRecovery[]> {
  const found: ShippedRecovery[] = [];
  for (const { drop, source } of masks) {
    const text = await readFile(join(root, 'public', source), 'utf8');
    const [on, held] = (await fast.desk.calibrate({ text, seqLen: SEQ_LEN })).halves();
    const name = `recoveries of ${drop} on ${source}`;
    found.push(await work.get(name, async () => ({ drop, source, ...(await mend({ on, held }, drop, processor)) })));
  }
  return found;
}

/** One mask: by the engine where there is no processor. */
export async function mend(
  texts: Required<FitTexts>,
  drop: string,
  processor?: Processor,
): Promise<Omit<ShippedRecovery, 'drop' | 'source'>> {
  const dropped = parseDropList(drop);
  const units = recoveredUnits(dropped);
  const lost = without(dropped.map(sublayerIndex));
  const branches: Branch[] = [FULL, lost];
  for (const settings of MENDERS) {
    const modules = processor
      ? await fitOnProcessor(processor, texts.on, units, settings)
      : await fitModules(texts, units, settings);
    branches.push(recovered(modules, lost));
  }
  const reports = [await texts.on.score(branches), await texts.held.score(branches)] as const;
  const lossOf = (b: number) => both([reports[0][b]!.loss, reports[1][b]!.loss]);
  const parts = reports[1].map((report) => report.parts!);
  return {
    tokens: [texts.on.tokens, texts.held.tokens],
    full: lossOf(0),
    pruned: lossOf(1),
    by: MENDERS.map((mender, m) => ({
      ...mender,
      loss: lossOf(2 + m),
      ...undone(parts[0]!, parts[1]!, parts[2 + m]!),
    })),
  };
}

/** The share of the damage that is undone; nothing where there was none. */
function undone(full: LossParts, pruned: LossParts, mended: LossParts): Pick<ShippedRecovery['by'][number], 'undone'> {
  const found = undoneShare(full, pruned, mended);
  if (!found) return {};
  const [low, high] = found.interval;
  return { undone: { share: rounded(found.share), interval: [rounded(low), rounded(high)] } };
}

/**
 * As `fitModules` does it, one after the other, in the model in which those below are dropped and recovered already; how well
 * each fits at every rank is not asked.
 */
async function fitOnProcessor(
  processor: Processor,
  { engine, trees }: Calibrated,
  units: readonly RecoveredUnit[],
  mender: (typeof MENDERS)[number],
): Promise<Placed[]> {
  const fitted: Placed[] = [];
  for (const unit of units) {
    const parts = [];
    for (const { tree } of trees) parts.push(await momentsOf(processor, tree, recovered(fitted), unit));
    const moments = mergeMoments(parts);
    const module =
      mender.method === 'mean'
        ? fitMean(moments)
        : mapOfRank(await solveLinear(engine, moments, mender.rank), mender.rank);
    fitted.push({ unit, module });
  }
  return fitted;
}

/** Puts them into the results that are there, and leaves all else in them as it is. */
export async function shipMended(file: string, recoveries: ShippedRecovery[]): Promise<void> {
  const { format: _, version: __, ...results } = readModelResults(await readFile(file, 'utf8'), file);
  const details = results.details as ShippedDetails;
  await writeFile(file, shippedFile({ ...results, details: { ...details, recoveries } }));
}
