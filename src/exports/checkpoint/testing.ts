/** Models in folders as tests read them, and a target in memory. */

import type { ModelFiles } from '../../formats/bytes';
import { openFiles } from '../../formats/files';
import { openFolder } from '../../formats/node';
import { openWeights } from '../../formats/safetensors';
import { parseConfig, readableConfig } from '../../model/config';
import { describeStored } from '../../model/stored';
import type { CheckpointBase } from './plan';
import type { ExportTarget } from './target';

export const readBase = async (folder: string) => baseOf(await openFolder(folder));

export async function baseOf(files: ModelFiles): Promise<CheckpointBase & { readonly files: ModelFiles }> {
  const text = await files.text('config.json');
  const { spec, tensors } = await describeStored(parseConfig(text), await openWeights(files));
  return { files, spec, tensors, configText: text, config: readableConfig(text) };
}

/** What was written, under its final names, as a model's files. */
export function memoryTarget() {
  const parts = new Map<string, Uint8Array<ArrayBuffer>[]>();
  const files = new Map<string, File>();
  const target: ExportTarget = {
    async create(name) {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      parts.set(name, pieces);
      return { write: async (piece) => void pieces.push(piece.slice()), close: async () => {} };
    },
    async finish() {
      for (const [name, pieces] of parts) files.set(name, new File(pieces, name));
    },
    abandon: async () => parts.clear(),
  };
  return { target, parts, files, model: () => openFiles('exported', [...files.values()]) };
}
