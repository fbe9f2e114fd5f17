/** What a plan chooses among: of each unit that may go, to go alone or with something in its place. */
import { type Branch, named, replacing, without } from '../../engine/branch';
import { type Sublayer, sublayerIndex, sublayersOf, unitsOf } from '../../model/units';
import { type MeasuredTime, type PlanSizes, sharesOf, weightsOf } from '../../pruning/budgets';
import type { Alternative, Pick } from '../../pruning/picks';
import { freeUnits } from '../../pruning/strategy';
import { type Placed, parametersOf } from '../../recovery/module';
import { unitOf } from '../../recovery/units';
import type { PlanRequest } from '../contract';
import type { Calibrated } from './calibrated';
import { timePass } from './curve-time';
import { fitModules, recovered } from './recover';

export interface PlanChoices {
  readonly units: readonly (readonly Sublayer[])[];
  /** Units that may go. */
  readonly free: readonly number[];
  readonly alternatives: readonly Alternative[];
  /** Of each alternative what stands in, fitted in the full model; undefined where nothing does. */
  readonly modules: readonly (Placed | undefined)[];
  /** Where it was measured. */
  readonly time?: MeasuredTime;
}

/** The choices of a request: what may stand in is fitted on `on`, each in the full model. Throws what fitting throws. */
export async function planChoices(
  on: Calibrated,
  { unit, locked = [], free: allowed, recover, timed, resume }: PlanRequest,
  { sizes, signal, tell }: { sizes: PlanSizes; signal?: AbortSignal; tell(stage: string): void },
): Promise<PlanChoices> {
  const { blocks } = on.engine.model;
  const units = unitsOf(blocks, unit);
  const mayGo = allowed && new Set(allowed.map(sublayerIndex));
  const held = mayGo ? unitsOf(blocks, 'sublayer').flat() : [];
  const free = freeUnits(units, [...locked, ...held.filter((s) => !mayGo!.has(sublayerIndex(s)))]);
  let time = timed ? resume?.time : undefined;
  if (timed && !time) {
    tell('Timing');
    time = await timeOfParts(on, signal);
  }
  const weights = weightsOf(sizes, time);
  const alternatives = free.map(
    (u): Alternative => ({ unit: u, sublayers: units[u]!, saves: sharesOf(weights, units[u]!) }),
  );
  const modules: (Placed | undefined)[] = free.map(() => undefined);
  for (const rank of recover ? [0, ...recover.ranks] : []) {
    tell('Fitting what may stand in');
    const asked = free.map((u) => unitOf(units[u]!));
    const fitted = await fitModules({ on }, asked, { ...methodOf(rank), fit: 'full' }, { signal });
    for (const [i, { unit: own, module }] of fitted.entries()) {
      const sublayers = units[free[i]!]!;
      modules.push({ unit: own, module });
      const saves = sharesOf(weights, sublayers, parametersOf(module));
      alternatives.push({ unit: free[i]!, sublayers, rank, saves });
    }
  }
  return { units, free, alternatives, modules, ...(time && { time }) };
}

/** A pick as it is walked. */
export function branchOf({ alternatives, modules }: PlanChoices, pick: Pick): Branch {
  const dropped = pick.flatMap((a) => alternatives[a]!.sublayers.map(sublayerIndex));
  const placed = pick.flatMap((a) => modules[a] ?? []);
  return replacing(
    placed.map(({ unit: { kind, block }, module }) => [sublayerIndex(sublayersOf(kind, block)[0]!), named(module)]),
    without(dropped),
  );
}

/** What stands in a pick's units, fitted once more from low to high, each where what goes below it is gone already. */
export async function refitted(
  on: Calibrated,
  { alternatives, modules }: PlanChoices,
  pick: Pick,
  signal?: AbortSignal,
): Promise<{ readonly branch: Branch; readonly fitted: readonly Placed[] }> {
  const plain = pick.filter((a) => !modules[a]).flatMap((a) => alternatives[a]!.sublayers);
  const from = without(plain.map(sublayerIndex));
  const first = (a: number) => sublayerIndex(alternatives[a]!.sublayers[0]!);
  const inOrder = pick.filter((a) => modules[a]).sort((a, b) => first(a) - first(b));
  const fitted: Placed[] = [];
  for (const a of inOrder) {
    const options = { signal, from: recovered(fitted, from) };
    const [own] = await fitModules({ on }, [modules[a]!.unit], methodOf(alternatives[a]!.rank), options);
    fitted.push({ unit: own!.unit, module: own!.module });
  }
  return { branch: recovered(fitted, from), fitted };
}

const methodOf = (rank = 0) => (rank > 0 ? ({ method: 'linear', rank } as const) : ({ method: 'mean' } as const));

async function timeOfParts({ engine, trees }: Calibrated, signal?: AbortSignal): Promise<MeasuredTime> {
  const all = unitsOf(engine.model.blocks, 'sublayer').flat();
  const time = (kind?: 'attn' | 'ffn') =>
    timePass(engine, trees, without(all.filter((s) => s.kind === kind).map(sublayerIndex)), signal);
  return { full: await time(), withoutAttn: await time('attn'), withoutFfn: await time('ffn') };
}
