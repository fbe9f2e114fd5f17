import { FULL, without } from '../../engine/branch';
import { LopperError } from '../../errors';
import { sublayerIndex, sublayersOf, unitsOf } from '../../model/units';
import { maskFromSublayers } from '../../pruning/mask';
import { recoveredUnits, unitOf } from '../../recovery/units';
import type {
  RecoverEachReport,
  RecoverEachRequest,
  RecoverReport,
  RecoverRequest,
  RecoverSettings,
  RecoverStrengthsReport,
  RecoverStrengthsRequest,
} from '../contract';
import { dealtTo } from '../contract/part';
import { fitMerged } from '../measure/merged-map';
import { DEFAULT_RANK, type FitTexts, type Fitted, fitModules, recovered } from '../measure/recover';
import { plus, walkWork } from '../measure/work';
import { notFinite } from '../running/finite';
import { fractionMeter } from '../running/progress';
import { unfit } from '../running/unfit';
import { branchOfMask } from './desk';
import { lossesOf, pair, textsOf } from './fit-texts';
import { groundOn } from './ground';
import type { Job } from './job';
import { notesOnLoss, notesOnTokens } from './recovery-notes';

/** Part of a recovery's time that goes into fitting; the rest into its losses. */
const FITTING = 0.7;

/** Fits what stands in for dropped layers, and measures what it is worth on the text it was fitted on and on other text. */
export const recover: Job<RecoverRequest, RecoverReport> = {
  async run(desk, { calibration, heldOut, dropped, ...settings }, { signal, onProgress }) {
    const mask = maskFromSublayers(desk.model.report.blocks, dropped);
    const units = recoveredUnits(mask.dropped, settings.splitBlocks);
    if (units.length === 0) {
      throw new LopperError('usage', 'Nothing is dropped, so there is nothing to recover.', 'Drop a layer first.');
    }
    checkSettings(settings);
    const meter = fractionMeter(onProgress, 'Recovery');
    const texts = await textsOf(desk, calibration, heldOut);
    const fitting = { signal, onProgress: (f: number) => meter(FITTING * f) };
    const fitted =
      settings.method === 'merged'
        ? await fitMerged(texts, mask.dropped, settings, fitting)
        : await fitModules(texts, units, settings, fitting);
    const lost = without(mask.dropped.map(sublayerIndex));
    const branches = [FULL, lost, recovered(fitted, lost)];
    const losses = await lossesOf(texts, branches, { signal, onProgress: (f) => meter(FITTING + (1 - FITTING) * f) });
    const loss = { full: losses[0]!, pruned: losses[1]!, recovered: losses[2]! };
    const { method, fit = 'sequential', strength = 1, rank = DEFAULT_RANK } = settings;
    return {
      ...{ method, fit, strength, dropped: mask.dropped, loss },
      ...(method === 'linear' && { rank }),
      modules: fitted.map(({ unit, module }) => ({ unit, module })),
      units: fitted.map(({ report }) => report),
      tokens: pair(texts, ({ tokens }) => tokens),
      notes: [...notesOn(settings, texts, fitted), ...notesOnLoss(loss)],
    };
  },
  async work(desk, { calibration, heldOut, dropped, fit, weighted }) {
    const { on, held } = await textsOf(desk, calibration, heldOut);
    const lost = without(dropped.map(sublayerIndex));
    // Recovered, it parts from the full model where the pruned one does.
    return [on, ...(held ? [held] : [])]
      .map((text) => groundOn(desk, text))
      .flatMap((ground) => [
        walkWork(ground, [FULL, lost, lost]),
        // Up the model once, the full one beside where it is fitted to that or weighted by it.
        walkWork({ ...ground, scored: 0 }, fit === 'corrected' || weighted ? [FULL, lost] : [FULL]),
      ])
      .reduce(plus);
  },
};

/** The same of each unit on its own, all in one walk and their losses in another. */
export const recoverEach: Job<RecoverEachRequest, RecoverEachReport> = {
  async run(desk, { calibration, unit, part, ...settings }, { signal, onProgress }) {
    checkSettings(settings);
    const meter = fractionMeter(onProgress, 'Recovery of each');
    const on = await desk.calibrate(calibration);
    const { blocks } = desk.model.report;
    const all = unitsOf(blocks, unit).map(unitOf);
    const units = dealtTo(all.length, part).map((i) => all[i]!);
    const fitted = await fitModules(
      { on },
      units,
      { ...settings, fit: 'full' },
      {
        signal,
        onProgress: (f) => meter(FITTING * f),
      },
    );
    const dropped = units.map((u) => without(sublayersOf(u.kind, u.block).map(sublayerIndex)));
    const branches = [FULL, ...dropped, ...fitted.map((one) => recovered([one]))];
    const losses = await on.measure(branches, { signal, onProgress: (f) => meter(FITTING + (1 - FITTING) * f) });
    if (!Number.isFinite(losses[0]!.loss)) throw notFinite(FULL);
    const { method, strength = 1, rank = DEFAULT_RANK } = settings;
    return {
      ...{ method, strength, unit, tokens: on.tokens, fullLoss: losses[0]!.loss },
      ...(method === 'linear' && { rank }),
      units: fitted.map(({ report: { r2: _, r2ByRank: __, ...told } }, i) => ({
        ...told,
        lossDropped: losses[1 + i]!.loss,
        lossRecovered: losses[1 + units.length + i]!.loss,
      })),
      ...(part && { part }),
    };
  },
  merge(parts) {
    const [{ part: _, ...head }] = parts as [RecoverEachReport];
    const count = parts.reduce((sum, { units }) => sum + units.length, 0);
    const dealt = parts.every(
      ({ units }, i) => units.length === dealtTo(count, { index: i + 1, of: parts.length }).length,
    );
    if (!dealt) throw unfit('they have not the units that were dealt out to them');
    const units = Array.from(
      { length: count },
      (_, i) => parts[i % parts.length]!.units[Math.floor(i / parts.length)]!,
    );
    return { ...head, units };
  },
};

function checkSettings({ strength = 1, ridge = 0, skipFirst = 0 }: RecoverSettings): void {
  const wrong = [
    [!Number.isFinite(strength), `a strength of ${strength}`, 'Give a number: 1 is as fitted, 0 is plain removal.'],
    [!(ridge >= 0 && Number.isFinite(ridge)), `a ridge of ${ridge}`, 'Give a number of 0 or more, such as 1e-6.'],
    [!(Number.isInteger(skipFirst) && skipFirst >= 0), `to skip ${skipFirst} positions`, 'Give a whole number.'],
  ] as const;
  for (const [is, what, remedy] of wrong) {
    if (is) throw new LopperError('usage', `Recovery was asked for with ${what}.`, remedy);
  }
}

/** The losses of modules at several strengths, all walked together: each is the same module, more or less of it. */
export const recoverStrengths: Job<RecoverStrengthsRequest, RecoverStrengthsReport> = {
  async run(desk, { calibration, heldOut, dropped, modules, strengths }, { signal, onProgress }) {
    for (const strength of strengths) checkSettings({ method: 'mean', strength });
    const texts = await textsOf(desk, calibration, heldOut);
    const branches = strengths.map((strength) =>
      branchOfMask(desk.model, {
        dropped,
        modules: modules.map(({ unit, module }) => ({ unit, module: { ...module, strength } })),
      }),
    );
    const meter = fractionMeter(onProgress, 'Losses by strength');
    const losses = await lossesOf(texts, branches, { signal, onProgress: meter });
    return { losses: strengths.map((strength, i) => ({ strength, loss: losses[i]! })) };
  },
};

/** What may mislead in how modules were fitted. */
function notesOn(
  { method, ridge, rank = DEFAULT_RANK }: RecoverSettings,
  texts: FitTexts,
  fitted: readonly Fitted[],
): string[] {
  const notes = notesOnTokens(texts, method === 'linear' ? rank : 0);
  const most = Math.max(0, ...fitted.map((one) => one.ridge ?? 0));
  if (ridge !== undefined ? most > ridge : most > 1e-6) {
    notes.push(`The text has too few tokens for the ridge that was asked for: ${most.toExponential(0)} was taken.`);
  }
  return notes;
}
