/** Where what stands in for dropped layers goes: into biases and embeddings of stock code, exactly, or beside it. */
import { LopperError } from '../../errors';
import type { FfnSpec, LinearSpec, ModelSpec, SublayerSpec } from '../../model/spec';
import { sublayerIndex, sublayersOf } from '../../model/units';
import { isBlockDropped, type Mask } from '../../pruning/mask';
import { isMerged, type Placed, type RecoveryModule } from '../../recovery/module';
import { unitName } from '../../recovery/units';
import { takesBias } from './biases';
import { holdsMap, type MadeTensor, mapTensors } from './fold-map';

/** A vector that is added to what a sublayer writes, or to every embedding. */
export interface Folded {
  readonly unit: string;
  /** The projection whose bias takes it, of the full model; undefined for the embeddings. */
  readonly into?: LinearSpec;
  readonly vector?: Float64Array;
  /** The layer's other tensors, where it has become a linear map. */
  readonly made?: readonly MadeTensor[];
  /** A map that what the projection writes goes through. */
  readonly merged?: RecoveryModule;
}

/** A module that stock code has no room for. */
export interface Beside {
  readonly unit: string;
  readonly module: RecoveryModule;
  /**
   * Where a hook applies it, blocks counted in the exported model: `before` block K (the final norm after the last), it reads
   * and changes the stream there; `around` block K, it reads what the block reads, and adds to what it writes.
   */
  readonly at: 'before' | 'around';
  readonly block: number;
  /** Modules of one group read the same stream. */
  readonly group: number;
}

export interface Folding {
  readonly folded: readonly Folded[];
  readonly beside: readonly Beside[];
}

/**
 * Sorts modules. A mean update goes into the bias of the sublayer it stands for, where that is still in the file (zeroed); that
 * of a block that is gone, into the bias below, or the embeddings where nothing is below. A linear map of the normed stream in the
 * place of a feed-forward layer becomes that layer. What else reads the stream, and what has no bias to go into, is beside. `kept`: blocks of which something is left, rising.
 */
export function foldModules(spec: ModelSpec, mask: Mask, modules: readonly Placed[], kept: readonly number[]): Folding {
  const folded: Folded[] = [];
  const beside: Beside[] = [];
  /** Gaps before a block of the exported model at which a hook stands: what comes later there must come after it. */
  const hooked = new Set<number>();
  const ordered = modules.filter(({ module }) => module.strength !== 0).toSorted((a, b) => walkIndex(a) - walkIndex(b));
  for (const { unit, module } of ordered) {
    const name = unitName(unit);
    if (isMerged(module)) {
      folded.push(mergedInto(spec, unit, module));
      continue;
    }
    const isGone = isBlockDropped(mask, unit.block);
    // Blocks of the exported model below the gap that a block which is gone leaves.
    const below = kept.filter((block) => block < unit.block).length;
    const own = spec.sublayers[sublayerIndex({ block: unit.block, kind: unit.kind === 'ffn' ? 'ffn' : 'attn' })]!;
    const host = isGone ? spec.sublayers[sublayerIndex({ block: kept[below - 1] ?? -1, kind: 'ffn' })] : own;
    const gap = isGone || (unit.kind === 'attn' && !spec.parallel) ? below : below + 1;
    const isAdditive = !module.map && !module.diagonal;
    const orderHolds = !isGone || !hooked.has(below);
    if (isAdditive && orderHolds && (host ? takesBias(spec, host) : embeddingsTake(spec))) {
      const into = host && outputOf(host);
      folded.push({ unit: name, into, vector: addition(spec, module, into) });
      continue;
    }
    if (!isGone && holdsMap(spec, own, module)) {
      const into = outputOf(own);
      const made = mapTensors(spec, own as FfnSpec, module);
      folded.push({ unit: name, into, vector: addition(spec, module, into), made });
      continue;
    }
    const isAround = spec.parallel && !isGone;
    if (!isAround) hooked.add(gap);
    beside.push({
      ...{ unit: name, module, at: isAround ? 'around' : 'before' },
      block: isAround ? below : gap,
      // In a parallel block both sublayers read what the block reads.
      group: spec.parallel ? 2 * unit.block : walkIndex({ unit, module }),
    });
  }
  return { folded, beside };
}

/** Throws `usage` where it does not fit: one that Lopper fitted does. */
function mergedInto(spec: ModelSpec, unit: Placed['unit'], module: RecoveryModule): Folded {
  const own = spec.sublayers[sublayerIndex({ block: unit.block, kind: unit.kind === 'ffn' ? 'ffn' : 'attn' })]!;
  const hasBias = module.bias.some((v) => v !== 0);
  if (own.normAfter || (hasBias && !takesBias(spec, own))) {
    throw new LopperError(
      'usage',
      `The merged map of ${unitName(unit)} does not fit into its weights: ${own.normAfter ? 'a norm comes between' : 'it has a bias'}.`,
      'Fit it anew, or export the mask alone.',
    );
  }
  const into = outputOf(own);
  const vector = hasBias || into.biases.length > 0 ? addition(spec, module, into) : undefined;
  return { unit: unitName(unit), into, ...(vector && { vector }), merged: module };
}

const walkIndex = ({ unit: { kind, block } }: Placed): number => sublayerIndex(sublayersOf(kind, block)[0]!);

/** The projection that writes to the stream. */
export const outputOf = (sublayer: SublayerSpec): LinearSpec =>
  sublayer.kind === 'attn' ? sublayer.out : sublayer.down;

/** Whether a vector may be added to every embedding: a tied head shifts all logits by it, which only a cap would notice. */
const embeddingsTake = (spec: ModelSpec): boolean =>
  spec.positions !== undefined || spec.head !== spec.embedding || spec.logitCap === undefined;

/** What has to be stored for the stream to get the module's bias: what it is scaled by on the way is taken out. */
function addition(spec: ModelSpec, { bias, strength }: RecoveryModule, into: LinearSpec | undefined): Float64Array {
  const scale = into ? (into.scale ?? 1) : spec.positions ? 1 : (spec.embeddingScale ?? 1);
  return Float64Array.from(bias, (value) => (strength * value) / scale);
}
