import { LopperError } from '../../errors';
import type { ModelFiles } from '../bytes';
import { ggufFiles } from './files';
import { chooseGguf, ggufModels } from './names-of-files';

const notAmong = (id: string, named: string, models: readonly string[]): LopperError =>
  new LopperError(
    'file-missing',
    `${id} has no ${named}.`,
    models.length > 0 ? `It has ${[...models].sort().join(', ')}.` : 'It has no GGUF file: name none.',
  );

/**
 * The model among files: the GGUF that is named; else what is in Hugging Face layout; else the only GGUF there is. Throws
 * `usage` where there are several to choose from, and where what is named is no GGUF; `file-missing` where it is not there.
 */
export async function modelAmong(files: ModelFiles, named?: string): Promise<ModelFiles> {
  // A folder may hold many; on a hub the repository is what others know it by.
  const opened = (name: string) => ({
    ...ggufFiles(files, name),
    ...(files.revision === undefined && { id: name.replace(/^.*\//, '').replace(/\.gguf$/i, '') }),
  });

  if (named !== undefined) {
    if (!/\.gguf$/i.test(named)) {
      throw new LopperError('usage', `${named} is not a GGUF file.`, 'Name one that ends in .gguf, or none.');
    }
    if (files.list && !(await files.has(named))) throw notAmong(files.id, named, ggufModels(await files.list()));
    return opened(named);
  }
  const names = (await files.list?.()) ?? [];
  const models = ggufModels(names);
  if (
    models.length === 0 ||
    names.some((name) => /^(model\.safetensors|pytorch_model\.bin)(\.index\.json)?$/.test(name))
  )
    return files;
  if (models.length === 1) return opened(models[0]!);
  throw chooseGguf(files.id, models);
}
