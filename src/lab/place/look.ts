import { LopperError } from '../../errors';
import type { ModelFiles } from '../../formats/bytes';
import type { Precision } from '../../model/precision';
import type { HubLook } from '../contract';
import { describeModel } from './describe';

/** Looks at a model by the headers of its weights, and adds up what there is to download. Throws as `Lab.look` says. */
export async function lookAt(
  files: ModelFiles,
  { signal, precision, room }: { signal?: AbortSignal; precision?: Precision; room?: number },
): Promise<HubLook> {
  const sizes = new Map<string, number>();
  const peek: ModelFiles['open'] = async (file, signal) => {
    const source = await (files.glance ? files.glance(file, signal) : files.open(file, signal));
    if (!source) throw onlyWhole(files.id);
    sizes.set(file, source.size);
    return source;
  };
  // A GGUF is looked into for its config, too.
  for (const part of files.gguf ?? []) await peek(part, signal);
  const facts = await describeModel({ ...files, peek }, signal, precision);
  let held = 0;
  for (const [file, size] of sizes) held += files.held ? await files.held(file, signal) : size;
  return { facts, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), held, room };
}

const onlyWhole = (id: string) =>
  new LopperError(
    'download-failed',
    `The host of ${id} gives its files only whole: what they are, and how large, is known only once they are here.`,
    'Download it all the same, or from another host.',
  );
