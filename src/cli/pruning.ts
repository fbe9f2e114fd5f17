import { LopperError } from '../errors';
import { readMask } from '../exports/read-mask';
import { fileSource } from '../formats/node';
import type { ModelFacts, RecoveredModel } from '../lab/contract';
import type { Sublayer } from '../model/units';
import { formatDropList, parseDropList } from '../pruning/drop-list';
import { maskFromSublayers, sameMask } from '../pruning/mask';
import { readRecovery } from '../recovery/file';
import { usage } from './arguments';
import type { Session, Surroundings } from './command';

/** What a command line drops of the open model, and what it puts there; see `Session`. */
export function pruningOf(
  { args, reporter, path, readText }: Surroundings,
  model: ModelFacts,
): Pick<Session, 'mask' | 'recovery' | 'pruning'> {
  const [drop, file, recoveryFile] = ['drop', 'mask', 'recovery'].map((name) => args.values.get(name));

  async function named(): Promise<readonly Sublayer[] | undefined> {
    if (drop !== undefined) return parseDropList(drop, model.blocks);
    if (file === undefined) return undefined;
    const { mask, modules, warnings } = readMask(await readText(file), model, args.values.get('mask-as'));
    for (const warning of warnings) reporter.note(`${file}: ${warning}`);
    if (modules.length > 0) reporter.note(`${file} also has what stands in for that: --recovery ${file} uses it.`);
    return mask.dropped;
  }

  /** A file of modules, or a mask file that has them. */
  async function readFrom(name: string): Promise<RecoveredModel & { readonly warnings: readonly string[] }> {
    if (!/\.json$/i.test(name)) return readRecovery(await fileSource(path(name)), model);
    const { mask, modules, warnings } = readMask(await readText(name), model);
    if (modules.length > 0) return { dropped: mask.dropped, modules, warnings };
    throw usage(
      `${name} has nothing that stands in for what it drops.`,
      'Give it as --mask, or a file of lopper recover.',
    );
  }

  let read: Promise<RecoveredModel | undefined> | undefined;
  async function readOnce(): Promise<RecoveredModel | undefined> {
    if (recoveryFile === undefined) return undefined;
    const { dropped, modules, warnings } = await readFrom(recoveryFile);
    for (const warning of warnings) reporter.note(`${recoveryFile}: ${warning}`);
    checkSame(recoveryFile, dropped, await named(), model.blocks);
    return { dropped, modules };
  }
  const recovery = () => (read ??= readOnce());

  const mask = async () => (await recovery())?.dropped ?? (await named()) ?? [];
  return { mask, recovery, pruning: async () => (await recovery()) ?? mask() };
}

/** Throws `mask-mismatch` where a recovery is of another mask than the one that is named beside it. */
function checkSame(
  path: string,
  own: readonly Sublayer[],
  asked: readonly Sublayer[] | undefined,
  blocks: number,
): void {
  if (!asked || sameMask(maskFromSublayers(blocks, own), maskFromSublayers(blocks, asked))) return;
  throw new LopperError(
    'mask-mismatch',
    `${path} recovers ${formatDropList(own)}, and ${formatDropList(asked) || 'nothing'} is to be dropped.`,
    'Leave --drop and --mask out: the file says what it drops.',
  );
}
