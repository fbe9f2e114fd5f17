import { LopperError } from '../../errors';
import type { ExportTarget } from '../../exports/checkpoint/target';
import { writeCheckpoint } from '../../exports/checkpoint/write';
import { lastPart } from '../../exports/format';
import { writeGguf } from '../../exports/gguf';
import { readableConfig } from '../../model/config';
import { type Mask, maskFromSublayers } from '../../pruning/mask';
import type { Placed } from '../../recovery/module';
import { unitName } from '../../recovery/units';
import type { ExportReport, ExportRequest } from '../contract';
import type { Environment } from '../place/environment';
import { type ReadModel, readModel } from '../place/model';
import { loadingProgress, writingProgress } from '../running/progress';
import type { RunningJob } from './job';

/** Writes a pruned model from its files; it asks no device, so it runs beside the jobs that do. */
export async function exportModel(
  environment: Environment,
  open: () => ReadModel,
  { model, pruning, form, to, facts }: ExportRequest,
  { signal, onProgress }: RunningJob,
): Promise<ExportReport> {
  const found = model
    ? await readModel(await environment.files(model, () => {}), { signal, ...loadingProgress(onProgress) })
    : open();
  const { dropped, modules } = 'dropped' in pruning ? pruning : { dropped: pruning, modules: [] };
  const mask = maskFromSublayers(found.spec.blocks, dropped);
  const told = { signal, onBytes: writingProgress(onProgress) };
  if (form === 'gguf' || (form === undefined && found.files.gguf)) {
    return exportGguf(found, mask, modules, await environment.exportTarget(to), told);
  }
  const configText = await found.files.text('config.json', signal);
  const config = readableConfig(configText);
  const { files } = found;
  const { spec, tensors } = found.published ?? found;
  return writeCheckpoint(
    {
      base: { files, spec, tensors, config, configText },
      mask: maskFromSublayers(spec.blocks, dropped),
      modules,
      form,
      facts,
    },
    await environment.exportTarget(to),
    told,
  );
}

async function exportGguf(
  { files, spec }: ReadModel,
  mask: Mask,
  modules: readonly Placed[],
  target: ExportTarget,
  told: Parameters<typeof writeGguf>[4],
): Promise<ExportReport> {
  if (!files.gguf) {
    throw new LopperError(
      'usage',
      `${files.id} is not a GGUF.`,
      'Export a checkpoint, and convert that with llama.cpp.',
    );
  }
  if (modules.length > 0) {
    const units = modules.map(({ unit }) => unitName(unit)).join(', ');
    throw new LopperError(
      'usage',
      `A pruned GGUF keeps its tensors to the bit: what stands in for ${units} has no place in it.`,
      'Export the mask alone; or open the model as it was published, export a checkpoint, which takes it into its weights, and convert that with llama.cpp.',
    );
  }
  const name = `${lastPart(files.id).replace(/\.gguf$/i, '')}-pruned.gguf`;
  const { kept, bytes } = await writeGguf({ files, spec }, mask, name, target, told);
  return { files: [{ name, bytes }], kept, folded: [], beside: [], notes: [] };
}
