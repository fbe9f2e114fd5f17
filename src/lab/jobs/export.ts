import { writeCheckpoint } from '../../exports/checkpoint/write';
import { readableConfig } from '../../model/config';
import { maskFromSublayers } from '../../pruning/mask';
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
  const configText = await found.files.text('config.json', signal);
  const config = readableConfig(configText);
  const { files, spec, tensors } = found;
  return writeCheckpoint(
    {
      base: { files, spec, tensors, config, configText },
      mask: maskFromSublayers(spec.blocks, dropped),
      modules,
      form,
      facts,
    },
    await environment.exportTarget(to),
    { signal, onBytes: writingProgress(onProgress) },
  );
}
